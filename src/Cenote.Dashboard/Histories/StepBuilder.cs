namespace Cenote.Dashboard.Histories;

/// <summary>Adds up what a pool does in the step that is under way.</summary>
internal sealed class StepBuilder
{
    /// <summary>
    /// In seconds: 18 hours, the most that the history can hold. Beyond it lies infinity, for which JSON has no number.
    /// </summary>
    private static readonly double Longest = (double)Half.MaxValue;

    private Reading? _start;
    private Reading? _last;
    private double _seconds;
    private int _active;
    private int _idle;
    private int _waiting;
    private int _opening;

    internal bool IsEmpty => _last is null;

    /// <summary>Begins a new step.</summary>
    /// <param name="start">The last reading before the step; <see langword="null"/> for a new pool.</param>
    internal void Begin(Reading? start)
    {
        _start = start;
        _last = null;
        _seconds = 0;
        (_active, _idle, _waiting, _opening) = (0, int.MaxValue, 0, 0);
    }

    internal void Add(Reading reading, double seconds)
    {
        var counts = reading.Statistics.Counts;
        _active = Math.Max(_active, counts.Leased);
        _idle = Math.Min(_idle, counts.Idle);
        _waiting = Math.Max(_waiting, counts.Waiting);
        _opening = Math.Max(_opening, counts.Opening);
        _seconds += seconds;
        _last = reading;
    }

    /// <summary>Closes a second in this step, for one reason.</summary>
    internal double ClosedPerSecond(CloseReason reason) =>
        _last is null || _seconds == 0 ? 0 : Count(reading => reading.Statistics.ConnectionsClosedByReason.GetValueOrDefault(reason)) / _seconds;

    internal HistoryStep Build(int number)
    {
        if (_last is not { } last)
        {
            return default;
        }

        var wait = Between(static latencies => latencies.Wait);
        var use = Between(static latencies => latencies.Use);
        var connect = Between(static latencies => latencies.Connect);
        return new HistoryStep
        {
            Number = number,
            Seconds = (float)_seconds,
            Rents = Count(static reading => reading.Statistics.Rents),
            Waits = Count(static reading => reading.Statistics.Waits),
            Errors = Count(static reading => reading.Failures),
            Opened = Count(static reading => reading.Statistics.ConnectionsOpened),
            Active = Narrow(_active),
            Idle = Narrow(_idle),
            Limit = Narrow(last.Statistics.Counts.Limit),
            Opening = Narrow(_opening),
            Waiting = _waiting,
            WaitP50 = Percentile(wait, 0.50),
            WaitP99 = Percentile(wait, 0.99),
            UseP50 = Percentile(use, 0.50),
            UseP99 = Percentile(use, 0.99),
            ConnectP50 = Percentile(connect, 0.50),
            ConnectP99 = Percentile(connect, 0.99),
        };
    }

    private long Count(Func<Reading, long> counter) => Math.Max(0, counter(_last!) - (_start is null ? 0 : counter(_start)));

    private LatencyDistribution Between(Func<PoolLatencies, LatencyDistribution> which) =>
        _start is null ? which(_last!.Latencies) : which(_last!.Latencies).Since(which(_start.Latencies));

    private static ushort Narrow(int count) => (ushort)Math.Clamp(count, 0, ushort.MaxValue);

    private static Half Percentile(LatencyDistribution distribution, double fraction) =>
        distribution.GetPercentile(fraction) is { } duration ? (Half)Math.Min(duration.TotalSeconds, Longest) : Half.NaN;
}
