namespace Cenote.Statistics;

/// <summary>
/// A histogram of durations in <see cref="HistogramBuckets"/>. Thread-safe, allocates nothing after construction.
/// </summary>
internal sealed class Histogram
{
    private readonly long[] _buckets = new long[HistogramBuckets.Count];
    private long _sum;
    private long _maximum;

    /// <summary>Gets the number of recorded durations.</summary>
    internal long Count
    {
        get
        {
            var count = 0L;
            foreach (ref readonly var bucket in _buckets.AsSpan())
            {
                count += Volatile.Read(in bucket);
            }

            return count;
        }
    }

    internal TimeSpan Sum => HistogramBuckets.FromNanoseconds(Volatile.Read(ref _sum));

    internal TimeSpan Maximum => HistogramBuckets.FromNanoseconds(Volatile.Read(ref _maximum));

    /// <summary>Gets or sets the export that also receives each duration.</summary>
    internal TimeExport? Export { get; set; }

    internal void Record(TimeSpan duration)
    {
        Export?.Record(duration);
        var nanoseconds = Math.Max(0, duration.Ticks) * TimeSpan.NanosecondsPerTick;
        Interlocked.Increment(ref _buckets[HistogramBuckets.Of(nanoseconds)]);
        Interlocked.Add(ref _sum, nanoseconds);
        RaiseMaximum(nanoseconds);
    }

    /// <summary>Adds the durations of another histogram.</summary>
    internal void Add(Histogram other)
    {
        for (var i = 0; i < _buckets.Length; i++)
        {
            if (Volatile.Read(ref other._buckets[i]) is > 0 and var count)
            {
                Interlocked.Add(ref _buckets[i], count);
            }
        }

        Interlocked.Add(ref _sum, Volatile.Read(ref other._sum));
        RaiseMaximum(Volatile.Read(ref other._maximum));
    }

    private void RaiseMaximum(long nanoseconds)
    {
        for (var seen = Volatile.Read(ref _maximum); nanoseconds > seen;)
        {
            var previous = Interlocked.CompareExchange(ref _maximum, nanoseconds, seen);
            if (previous == seen)
            {
                break;
            }

            seen = previous;
        }
    }

    /// <summary>Summarizes the recorded durations.</summary>
    /// <param name="zeros">The number of additional durations of zero that were not recorded.</param>
    internal LatencySummary Summarize(long zeros = 0)
    {
        Span<long> counts = stackalloc long[HistogramBuckets.Count];
        Read(counts, zeros);
        return HistogramBuckets.Summarize(counts, first: 0, Volatile.Read(ref _sum), Volatile.Read(ref _maximum));
    }

    /// <summary>Gets the durations recorded so far.</summary>
    /// <param name="zeros">The number of additional durations of zero that were not recorded.</param>
    internal LatencyDistribution Snapshot(long zeros = 0)
    {
        Span<long> counts = stackalloc long[HistogramBuckets.Count];
        Read(counts, zeros);
        return LatencyDistribution.Of(counts, first: 0, Volatile.Read(ref _sum), Volatile.Read(ref _maximum));
    }

    private void Read(Span<long> counts, long zeros)
    {
        for (var i = 0; i < counts.Length; i++)
        {
            counts[i] = Volatile.Read(ref _buckets[i]);
        }

        counts[0] += zeros;
    }
}
