using System.Diagnostics;
using Cenote.Benchmarks.Cycles;
using Cenote.StubDriver;

namespace Cenote.Benchmarks.Waiters;

/// <summary>
/// Clients on a pool of 8 connections, each renting again as soon as it has returned: apart from the 8 that hold a
/// connection, all of them wait, and every return is a hand-over to the first of the queue.
/// </summary>
internal sealed class Crowd : IDisposable
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromMilliseconds(100);

    private readonly ConnectionPool _pool = new ConnectionPoolBuilder()
        .UseProvider(new StubProvider(new StubDatabase())).WithSize(Pools.Size, Pools.Size).WithResetMode(ResetMode.None).Build();

    private readonly Task[] _clients;
    private bool _goHome;

    private Crowd(int size)
    {
        _pool.WaitUntilReadyAsync().Wait();

        // Everyone queues before the first connection is rented.
        _pool.Suspend();
        _clients = [.. Enumerable.Range(0, size).Select(_ => QueueAsync())];
        _pool.Resume();
    }

    /// <summary>Lets a crowd work for a while.</summary>
    /// <param name="waiting">How many wait at any moment.</param>
    /// <param name="duration">How long to measure.</param>
    /// <returns>Nanoseconds per hand-over.</returns>
    internal static double Measure(int waiting, TimeSpan duration)
    {
        using var crowd = new Crowd(waiting + Pools.Size);
        Watch(WarmUp);
        var (before, start) = (crowd.Rents, Stopwatch.GetTimestamp());
        Watch(duration);
        var (rents, elapsed) = (crowd.Rents - before, Stopwatch.GetElapsedTime(start));
        return elapsed.TotalNanoseconds / rents;
    }

    public void Dispose()
    {
        Volatile.Write(ref _goHome, true);
        Task.WaitAll(_clients);
        _pool.Dispose();
    }

    private long Rents => _pool.GetStatistics().Rents;

    private async Task QueueAsync()
    {
        while (!Volatile.Read(ref _goHome))
        {
            var lease = await _pool.RentAsync();
            await lease.DisposeAsync();
        }
    }

    // Blocks this thread on purpose: the clients may keep every thread of the thread pool, and with it every timer,
    // busy.
    private static void Watch(TimeSpan duration)
    {
        using var never = new ManualResetEventSlim();
        never.Wait(duration);
    }
}
