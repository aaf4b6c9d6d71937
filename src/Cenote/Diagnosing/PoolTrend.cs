using Cenote.Time;

namespace Cenote.Diagnosing;

/// <summary>
/// The last minute of a pool, with a sample a second, and the usual time of a lease in the quiet pool. Written by
/// maintenance, read from any thread.
/// </summary>
internal sealed class PoolTrend
{
    private const int Samples = 61;
    private const long LongestWindow = 60_000;

    /// <summary>The smallest number of leases from which a median is taken.</summary>
    private const int MinUses = 20;

    private readonly Queue<TrendSample> _samples = new();
    private bool _isAtRest;
    private long? _stillSince;
    private long?[] _lanesStillSince = [];
    private double? _quietUse;

    internal void Add(TrendSample sample)
    {
        lock (_samples)
        {
            if (_isAtRest)
            {
                _isAtRest = false;
                Restart(sample.At - (long)PoolClock.TickPeriod.TotalMilliseconds);
            }

            var last = _samples.Count > 0 ? _samples.Last() : null;
            var isStill = last is not null && sample.Rents == last.Rents && sample.Waiting > 0 && sample.Leased >= sample.Limit;
            _stillSince = isStill ? _stillSince ?? last!.At : null;
            WatchLanes(last, sample);
            if (_samples.Count == Samples)
            {
                _samples.Dequeue();
            }

            _samples.Enqueue(sample);
            LearnQuietUse(sample);
        }
    }

    /// <summary>
    /// Keeps only the last sample, because the pool is at rest. Nothing changes until the next sample, so the last one
    /// also stands for any moment up to a tick before that.
    /// </summary>
    internal void Rest()
    {
        lock (_samples)
        {
            _isAtRest = true;
            if (_samples.Count > 0)
            {
                Restart(_samples.Last().At);
            }
        }
    }

    /// <summary>
    /// Gets the change between the oldest sample and this one, or <see langword="null"/> within less than five seconds.
    /// </summary>
    internal TrendWindow? Read(TrendSample now)
    {
        lock (_samples)
        {
            if (_isAtRest && _samples.TryPeek(out var last) && now.At - last.At > LongestWindow)
            {
                Restart(now.At - LongestWindow);
            }

            return _samples.TryPeek(out var oldest) && now.At - oldest.At >= 5000
                ? new TrendWindow(oldest, now, _quietUse is { } quiet ? TimeSpan.FromSeconds(quiet) : null, _stillSince is { } since && _samples.Last().Rents == now.Rents ? now.At - since : 0)
                {
                    StillLanes = FindStillLanes(now),
                }
                : null;
        }
    }

    private void WatchLanes(TrendSample? last, TrendSample sample)
    {
        Array.Resize(ref _lanesStillSince, sample.Lanes.Count);
        for (var i = 0; i < sample.Lanes.Count; i++)
        {
            _lanesStillSince[i] = last is not null && sample.Lanes[i].IsStillSince(last.Lanes[i]) ? _lanesStillSince[i] ?? last.At : null;
        }
    }

    /// <summary>Returns the lanes that stand still, and for how long, the longest first.</summary>
    private (int Lane, TimeSpan Time)[] FindStillLanes(TrendSample now)
    {
        if (_lanesStillSince.Length == 0)
        {
            return [];
        }

        var last = _samples.Last();
        return
        [
            .. _lanesStillSince.Select(static (since, lane) => (Lane: lane, Since: since))
                .Where(still => still.Since is not null && now.Lanes[still.Lane].IsStillSince(last.Lanes[still.Lane]))
                .OrderBy(static still => still.Since)
                .Select(still => (still.Lane, TimeSpan.FromMilliseconds(now.At - still.Since!.Value))),
        ];
    }

    private void Restart(long at)
    {
        if (_samples.Count > 0)
        {
            var last = _samples.Last() with { At = at };
            _samples.Clear();
            _samples.Enqueue(last);
            _samples.TrimExcess();
        }
    }

    /// <summary>
    /// Updates the moving average of the median lease in ten seconds with at most half of the connections leased. It
    /// follows a faster database quickly and a slower one slowly, because a slower database is what it must show.
    /// </summary>
    private void LearnQuietUse(TrendSample sample)
    {
        var tenBefore = _samples.FirstOrDefault(earlier => sample.At - earlier.At <= 10_000);
        if (tenBefore is null || sample.At - tenBefore.At < 9000
            || _samples.Any(earlier => earlier.At >= tenBefore.At && (earlier.Waiting > 0 || earlier.Leased * 2 > earlier.Limit)))
        {
            return;
        }

        var uses = sample.Use.Since(tenBefore.Use);
        if (uses.Count >= MinUses)
        {
            var median = uses.GetPercentile(0.5)!.Value.TotalSeconds;
            _quietUse = _quietUse is { } known ? known + ((median - known) * (median < known ? 0.05 : 0.002)) : median;
        }
    }
}
