using Cenote.Shop.Clients;
using Cenote.Comparing;
using Cenote.Shop.Pools;

namespace Cenote.Shop.Display;

/// <summary>Looks at a run from outside ten times a second.</summary>
internal sealed class RunWatch
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);

    private readonly IReadOnlyList<Arrangement> _arrangements;
    private readonly Func<Turn> _turn;
    private readonly TimeProvider _clock;
    private readonly CancellationToken _stopping;
    private readonly long _started;
    private readonly ThroughputHistory _history = new();
    private RunSample _latest;

    public RunWatch(
        IReadOnlyList<Arrangement> arrangements, Func<Turn> turn, OperationMeters meters, RunHeading heading, TimeProvider clock, CancellationToken stopping)
    {
        _arrangements = arrangements;
        _turn = turn;
        _clock = clock;
        _stopping = stopping;
        _started = clock.GetTimestamp();
        Meters = meters;
        Heading = heading;
        _latest = Look();
    }

    public RunHeading Heading { get; }

    /// <summary>All that clients do in the run.</summary>
    public OperationMeters Meters { get; }

    /// <summary>Whether clients have been told to stop, and finish what they have begun.</summary>
    public bool IsEnding => _stopping.IsCancellationRequested;

    public TimeSpan Elapsed => _clock.GetElapsedTime(_started);

    /// <summary>What was seen last. Safe to read from any thread.</summary>
    public RunSample Latest => Volatile.Read(ref _latest);

    /// <summary>Looks until the run has ended.</summary>
    public async Task WatchAsync(Task run)
    {
        using var timer = new PeriodicTimer(Step, _clock);
        var tick = timer.WaitForNextTickAsync().AsTask();
        while (await Task.WhenAny(tick, run) != run)
        {
            await tick;
            Volatile.Write(ref _latest, Look());
            tick = timer.WaitForNextTickAsync().AsTask();
        }
    }

    private RunSample Look()
    {
        var elapsed = Elapsed;
        _history.See(elapsed, Meters.Total(OperationOutcome.Done));
        return new RunSample(elapsed, _turn(), [.. _arrangements.Select(arrangement => arrangement.Look())], _history.Now, [.. _history.Rates]);
    }
}
