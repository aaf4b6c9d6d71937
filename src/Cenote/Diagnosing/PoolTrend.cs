namespace Cenote.Diagnosing;

/// <summary>
/// The last minute of a pool, with a sample a second, and the usual time of a lease in the quiet pool. Written by
/// maintenance, read from any thread.
/// </summary>
internal sealed class PoolTrend
{
    private const int Samples = 61;

    /// <summary>The smallest number of leases from which a median is taken.</summary>
    private const int MinUses = 20;

    private readonly object _gate = new();
    private readonly Queue<TrendSample> _samples = new();
    private long? _stillSince;
    private double? _quietUse;

    internal void Add(TrendSample sample)
    {
        lock (_gate)
        {
            var last = _samples.Count > 0 ? _samples.Last() : null;
            var isStill = last is not null && sample.Rents == last.Rents && sample.Waiting > 0 && sample.Leased >= sample.Limit;
            _stillSince = isStill ? _stillSince ?? last!.At : null;
            if (_samples.Count == Samples)
            {
                _samples.Dequeue();
            }

            _samples.Enqueue(sample);
            LearnQuietUse(sample);
        }
    }

    /// <summary>
    /// Gets the change between the oldest sample and this one, or <see langword="null"/> within less than five seconds.
    /// </summary>
    internal TrendWindow? Read(TrendSample now)
    {
        lock (_gate)
        {
            return _samples.TryPeek(out var oldest) && now.At - oldest.At >= 5000
                ? new TrendWindow(oldest, now, _quietUse is { } quiet ? TimeSpan.FromSeconds(quiet) : null, _stillSince is { } since && _samples.Last().Rents == now.Rents ? now.At - since : 0)
                : null;
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
