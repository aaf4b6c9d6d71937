using System.Diagnostics;
using Cenote.LoadBench.Load;
using Cenote.LoadBench.Parts;
using Cenote.LoadBench.Sides;
using Cenote.Reporting;

namespace Cenote.LoadBench.HandOver;

/// <summary>Hand-overs with 100,000 waiters beside 10, and the memory that waiters hold.</summary>
internal sealed class WaitersPart : IPart
{
    private const int Rounds = 7;
    private const int Connections = 8;
    private const int Few = 10;
    private const int Many = 100_000;
    private static readonly TimeSpan Duration = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan TrimmingTimeout = TimeSpan.FromSeconds(15);

    public string Name => "waiters";

    public IReadOnlyCollection<Target> Run(Report report)
    {
        using var pool = StubPools.Create(Connections);
        var channel = StubPools.CreateChannel(Connections);
        var bare = new BareQueue(Connections);
        var turns = Turns.Take(
            Rounds,
            () => Measure(pool, Few),
            () => Measure(pool, Many),
            () => Measure(channel, Few),
            () => Measure(channel, Many),
            () => Measure(bare, Few),
            () => Measure(bare, Many));
        var ours = PairedRatio.Of(turns[1], turns[0]);
        var theirs = PairedRatio.Of(turns[3], turns[2]);
        var bound = PairedRatio.Of(turns[5], turns[4]);
        report.Add($"## {Many:N0} waiters beside {Few} ({Name})");
        report.Add();
        report.AddTable(
            ["side", $"{Few} waiters, ns", $"{Many:N0} waiters, ns", "ratio"],
            [
                ["Cenote", $"{Median.Of(turns[0]):N0}", $"{Median.Of(turns[1]):N0}", ours.ToString()],
                ["channel with timeouts", $"{Median.Of(turns[2]):N0}", $"{Median.Of(turns[3]):N0}", theirs.ToString()],
                ["bare queue, no timeouts", $"{Median.Of(turns[4]):N0}", $"{Median.Of(turns[5]):N0}", bound.ToString()],
            ]);
        report.Add();
        var (held, left, trimming) = MeasureMemory();
        report.Add($"Memory of {Many:N0} waiters with tasks that are not awaited: {held:N0} B each. After they were served, {left:N1} B each are left {trimming.TotalSeconds:N1} s later.");
        report.Add();
        return
        [
            new Target($"hand-over with {Many:N0} waiters", $"at most 1.1 times that with {Few}", $"{ours}; a bare queue {bound}", ours.Ratio <= 1.1),
            new Target($"memory of {Many:N0} waiters", "at most 128 B each", $"{held:N0} B", held <= 128),
            new Target("spare waiters", "trimmed", $"{left:N1} B left after {trimming.TotalSeconds:N1} s", left <= 2),
        ];
    }

    private static double Measure(ConnectionPool pool, int waiting) =>
        Crowd<CenoteSide, ConnectionLease>.Measure(new CenoteSide(pool), Connections, waiting + Connections, Duration).Nanoseconds;

    private static double Measure(ChannelPool<object> channel, int waiting) =>
        Crowd<ChannelSide, object>.Measure(new ChannelSide(channel), Connections, waiting + Connections, Duration).Nanoseconds;

    private static double Measure(BareQueue queue, int waiting) =>
        Crowd<BareQueueSide, object>.Measure(new BareQueueSide(queue), Connections, waiting + Connections, Duration).Nanoseconds;

    /// <summary>
    /// Holds the value tasks of waiters without awaiting them: no state machine of a caller is counted.
    /// </summary>
    private static (double Held, double Left, TimeSpan Trimming) MeasureMemory()
    {
        using var pool = StubPools.Create(1);
        var waiting = new ValueTask<ConnectionLease>[Many];

        // The first crowd, a small one, compiles.
        QueueAndServe(pool, waiting.AsSpan(0, 1_000));
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var during = QueueAndServe(pool, waiting);
        var served = Stopwatch.GetTimestamp();
        double left;
        TimeSpan elapsed;
        do
        {
            Pause.For(TimeSpan.FromMilliseconds(500));
            left = (double)(GC.GetTotalMemory(forceFullCollection: true) - before) / Many;
            elapsed = Stopwatch.GetElapsedTime(served);
        }
        while (left > 2 && elapsed < TrimmingTimeout);

        return ((double)(during - before) / Many, left, elapsed);
    }

    private static long QueueAndServe(ConnectionPool pool, Span<ValueTask<ConnectionLease>> waiting)
    {
        var held = pool.Rent();
        foreach (ref var task in waiting)
        {
            task = pool.RentAsync();
        }

        var memory = GC.GetTotalMemory(forceFullCollection: true);
        held.Dispose();
        foreach (ref var task in waiting)
        {
            task.AsTask().GetAwaiter().GetResult().Dispose();
            task = default;
        }

        return memory;
    }
}
