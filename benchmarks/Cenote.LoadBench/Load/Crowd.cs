using System.Diagnostics;
using Cenote.LoadBench.Sides;

namespace Cenote.LoadBench.Load;

/// <summary>
/// Callers that each rent again as soon as they have returned. More callers than connections: apart from the holders of
/// a connection all of them wait, so every return is a hand-over to the first of the queue.
/// </summary>
internal sealed class Crowd<TSide, T>
    where TSide : struct, IAsyncSide<T>
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromMilliseconds(150);

    private readonly TSide _side;
    private readonly Caller[] _callers;
    private readonly Task[] _work;
    private bool _goHome;

    private Crowd(TSide side, int connections, int callers)
    {
        _side = side;

        // Every caller queues before the first connection is returned.
        T[] held = [.. Enumerable.Range(0, connections).Select(_ => side.RentAsync().AsTask().GetAwaiter().GetResult())];
        _callers = [.. Enumerable.Range(0, callers).Select(static _ => new Caller())];
        _work = [.. _callers.Select(WorkAsync)];
        Array.ForEach(held, side.Return);
    }

    private long Waits => _callers.Sum(static caller => caller.Waits);

    /// <summary>Lets a crowd work for a while.</summary>
    /// <param name="side">The pool.</param>
    /// <param name="connections">The number of the pool's connections that are not leased.</param>
    /// <param name="callers">The number of callers, more than <paramref name="connections"/>.</param>
    /// <param name="duration">How long to measure.</param>
    internal static CrowdTurn Measure(TSide side, int connections, int callers, TimeSpan duration)
    {
        var crowd = new Crowd<TSide, T>(side, connections, callers);

        // These pauses block this thread on purpose: the callers may keep every thread of the thread pool, and with it
        // every timer, busy.
        Pause.For(WarmUp);
        var (waits, bytes, processorTime, start) =
            (crowd.Waits, GC.GetTotalAllocatedBytes(), Environment.CpuUsage.TotalTime, Stopwatch.GetTimestamp());
        Pause.For(duration);
        var turn = new CrowdTurn(
            crowd.Waits - waits,
            Stopwatch.GetElapsedTime(start),
            Environment.CpuUsage.TotalTime - processorTime,
            GC.GetTotalAllocatedBytes() - bytes);
        Volatile.Write(ref crowd._goHome, true);
        Task.WaitAll(crowd._work);
        return turn;
    }

    private async Task WorkAsync(Caller caller)
    {
        while (!Volatile.Read(ref _goHome))
        {
            var renting = _side.RentAsync();
            if (!renting.IsCompleted)
            {
                caller.CountWait();
            }

            _side.Return(await renting);
        }
    }
}
