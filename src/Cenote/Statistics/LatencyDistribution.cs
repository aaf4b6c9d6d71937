using Cenote.Statistics;

namespace Cenote;

/// <summary>
/// A distribution of durations, for percentiles over any period. <see cref="Since"/> gets the durations between two
/// snapshots. Immutable; exact to about 7 per cent.
/// </summary>
public sealed class LatencyDistribution
{
    // Contains only the buckets between the shortest and the longest duration: a few dozen of about 500.
    private readonly long[] _counts;
    private readonly int _first;
    private readonly long _sum;
    private readonly long _maximum;

    private LatencyDistribution(long[] counts, int first, long sum, long maximum) => (_counts, _first, _sum, _maximum) = (counts, first, sum, maximum);

    /// <summary>Gets a distribution without durations.</summary>
    public static LatencyDistribution Empty { get; } = new([], 0, 0, 0);

    /// <summary>Gets the number of durations.</summary>
    public long Count => HistogramBuckets.Total(_counts);

    /// <summary>Gets the durations that were added after an earlier snapshot of the same distribution.</summary>
    /// <param name="earlier">The earlier snapshot. Durations that only it contains are ignored.</param>
    /// <returns>The added durations. The maximum is the end of the last bucket, up to an eighth above the longest
    /// duration.</returns>
    public LatencyDistribution Since(LatencyDistribution earlier)
    {
        ArgumentNullException.ThrowIfNull(earlier);
        Span<long> counts = stackalloc long[HistogramBuckets.Count];
        counts.Clear();
        var longest = 0;
        for (var i = 0; i < _counts.Length; i++)
        {
            var bucket = _first + i;
            counts[bucket] = Math.Max(0, _counts[i] - earlier.CountOf(bucket));
            longest = counts[bucket] > 0 ? bucket : longest;
        }

        return Of(counts, 0, Math.Max(0, _sum - earlier._sum), Math.Min(_maximum, (long)HistogramBuckets.LongestOf(longest)));
    }

    /// <summary>Combines the durations of two distributions.</summary>
    public LatencyDistribution Combine(LatencyDistribution other)
    {
        ArgumentNullException.ThrowIfNull(other);
        Span<long> counts = stackalloc long[HistogramBuckets.Count];
        counts.Clear();
        AddTo(counts);
        other.AddTo(counts);
        return Of(counts, 0, _sum + other._sum, Math.Max(_maximum, other._maximum));
    }

    /// <summary>
    /// Gets the duration that a share of all durations did not exceed, or <see langword="null"/> for an empty
    /// distribution.
    /// </summary>
    /// <param name="fraction">The share, above 0 and up to 1, such as 0.99.</param>
    /// <exception cref="ArgumentOutOfRangeException">The share is not above 0 and up to 1.</exception>
    public TimeSpan? GetPercentile(double fraction)
    {
        if (fraction is not (> 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(fraction), fraction, "A percentile is a share above 0, up to 1, such as 0.99.");
        }

        var count = Count;
        return count == 0 ? null : HistogramBuckets.Percentile(_counts, _first, count, fraction, _maximum);
    }

    /// <summary>Gets count, average, percentiles and maximum.</summary>
    public LatencySummary Summarize() => HistogramBuckets.Summarize(_counts, _first, _sum, _maximum);

    internal static LatencyDistribution Of(ReadOnlySpan<long> counts, int first, long sum, long maximum)
    {
        var start = counts.IndexOfAnyExcept(0L);
        if (start < 0)
        {
            return Empty;
        }

        var end = counts.LastIndexOfAnyExcept(0L);
        return new LatencyDistribution(counts[start..(end + 1)].ToArray(), first + start, sum, maximum);
    }

    private long CountOf(int bucket) => bucket >= _first && bucket < _first + _counts.Length ? _counts[bucket - _first] : 0;

    private void AddTo(Span<long> counts)
    {
        for (var i = 0; i < _counts.Length; i++)
        {
            counts[_first + i] += _counts[i];
        }
    }
}
