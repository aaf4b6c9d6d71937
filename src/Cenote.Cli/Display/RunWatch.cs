using Cenote.Cli.Checking;
using Cenote.Cli.Clients;

namespace Cenote.Cli.Display;

/// <summary>Looks at a run from outside, as often as it is asked to. Used by one display at a time.</summary>
internal sealed class RunWatch
{
    private readonly ConnectionPool _pool;
    private readonly TimeProvider _clock;
    private readonly long _started;
    private readonly ThroughputHistory _history = new();

    public RunWatch(ConnectionPool pool, RunMeters meters, RunHeading heading, TimeProvider clock)
    {
        _pool = pool;
        _clock = clock;
        _started = clock.GetTimestamp();
        Meters = meters;
        Heading = heading;
    }

    public RunHeading Heading { get; }

    public RunMeters Meters { get; }

    public PoolPeaks Peaks { get; } = new();

    public TimeSpan Elapsed => _clock.GetElapsedTime(_started);

    public RunSample Look()
    {
        var elapsed = Elapsed;
        var statistics = _pool.GetStatistics();
        Peaks.See(statistics.Counts);
        _history.See(elapsed, Meters.Total(OperationOutcome.Done));
        return new RunSample(elapsed, statistics, _history.Now, _history.Rates);
    }
}
