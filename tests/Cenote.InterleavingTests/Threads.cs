namespace Cenote.InterleavingTests;

/// <summary>Threads that the checker controls.</summary>
internal static class Threads
{
    /// <summary>Runs all at once and waits for all.</summary>
    public static void Run(params Action[] actions)
    {
        var threads = actions.Select(action => new Thread(() => action())).ToArray();
        foreach (var thread in threads)
        {
            thread.Start();
        }

        foreach (var thread in threads)
        {
            thread.Join();
        }
    }
}
