using System.Collections.Concurrent;
using System.Diagnostics;

namespace Cenote.TestServers.Processes;

/// <summary>
/// Starts processes on one thread that lives as long as this process. A server is told to die with its parent, and the
/// kernel takes the thread that started it for the parent.
/// </summary>
internal static class ProcessNursery
{
    private static readonly BlockingCollection<Action> Wishes = StartThread();

    internal static Task<Process> StartAsync(ProcessStartInfo info)
    {
        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        Wishes.Add(() =>
        {
            try
            {
                started.SetResult(Process.Start(info)!);
            }
            catch (Exception exception)
            {
                started.SetException(exception);
            }
        });
        return started.Task;
    }

    private static BlockingCollection<Action> StartThread()
    {
        var wishes = new BlockingCollection<Action>();
        new Thread(() =>
        {
            foreach (var wish in wishes.GetConsumingEnumerable())
            {
                wish();
            }
        })
        { IsBackground = true, Name = "Nursery" }.Start();
        return wishes;
    }
}
