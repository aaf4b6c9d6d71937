namespace Cenote.Dashboard.Histories;

/// <summary>
/// The past of one pool, in bounded memory: the last minutes second by second, the last day in steps of four minutes.
/// Thread-safe.
/// </summary>
internal sealed class PoolHistory
{
    /// <summary>How long each step is, and how many of them are kept: 5 minutes, 1 hour, 6 hours, 24 hours.</summary>
    private static readonly (int StepSeconds, int Count)[] Resolutions = [(1, 300), (10, 360), (60, 360), (240, 360)];

    private readonly object _gate = new();
    private readonly HistoryRing[] _rings;

    /// <param name="range">How far back it is to go.</param>
    internal PoolHistory(TimeSpan range)
    {
        // Each resolution goes on from where the one before it ends: what reaches beyond the range is not kept.
        var seconds = (int)Math.Ceiling(range.TotalSeconds);
        List<HistoryRing> rings = [];
        foreach (var (step, count) in Resolutions)
        {
            rings.Add(new HistoryRing(step, Math.Min(count, (seconds + step - 1) / step)));
            if (step * count >= seconds)
            {
                break;
            }
        }

        _rings = [.. rings];
    }

    /// <summary>Adds what the pool did in the last second to every resolution.</summary>
    /// <inheritdoc cref="HistoryRing.Add"/>
    internal void Add(long second, Reading? before, Reading reading, double elapsed)
    {
        lock (_gate)
        {
            foreach (var ring in _rings)
            {
                ring.Add(second, before, reading, elapsed);
            }
        }
    }

    /// <summary>The finest resolution that reaches back so far.</summary>
    /// <param name="second">The present, in seconds since the sampling began.</param>
    /// <param name="seconds">How far back.</param>
    internal (int StepSeconds, int Steps, IReadOnlyList<MeasuredStep> Measured) Read(long second, int seconds)
    {
        lock (_gate)
        {
            var ring = _rings.FirstOrDefault(ring => ring.Seconds >= seconds) ?? _rings[^1];
            var steps = (seconds + ring.StepSeconds - 1) / ring.StepSeconds;
            return (ring.StepSeconds, steps, [.. ring.Read(second, steps)]);
        }
    }
}
