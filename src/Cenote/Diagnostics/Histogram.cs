using System.Numerics;

namespace Cenote.Diagnostics;

/// <summary>
/// Counts durations in buckets that grow with the duration: eight for each power of two of nanoseconds, so that a bucket's middle
/// is never more than about 7 per cent off. Thread-safe, allocates nothing after construction.
/// </summary>
/// <remarks>The layout of HdrHistogram (Gil Tene), with three bits of precision.</remarks>
internal sealed class Histogram
{
    private const int PrecisionBits = 3;
    private const int BucketsPerPower = 1 << PrecisionBits;

    private readonly long[] _buckets = new long[(64 - PrecisionBits) * BucketsPerPower];
    private long _sum;
    private long _maximum;

    /// <summary>How many durations were recorded.</summary>
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

    internal TimeSpan Maximum => FromNanoseconds(Volatile.Read(ref _maximum));

    internal void Record(TimeSpan duration)
    {
        var nanoseconds = Math.Max(0, duration.Ticks) * TimeSpan.NanosecondsPerTick;
        Interlocked.Increment(ref _buckets[BucketOf(nanoseconds)]);
        Interlocked.Add(ref _sum, nanoseconds);
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

    /// <summary>Summarizes what was recorded.</summary>
    /// <param name="zeros">Further durations of zero that nobody recorded.</param>
    internal LatencySummary Summarize(long zeros = 0)
    {
        Span<long> counts = stackalloc long[_buckets.Length];
        var count = zeros;
        for (var i = 0; i < counts.Length; i++)
        {
            counts[i] = Volatile.Read(ref _buckets[i]);
            count += counts[i];
        }

        if (count == 0)
        {
            return default;
        }

        counts[0] += zeros;
        var maximum = Volatile.Read(ref _maximum);
        return new LatencySummary
        {
            Count = count,
            Average = FromNanoseconds((double)Volatile.Read(ref _sum) / count),
            P50 = Percentile(counts, count, 0.50, maximum),
            P95 = Percentile(counts, count, 0.95, maximum),
            P99 = Percentile(counts, count, 0.99, maximum),
            Maximum = FromNanoseconds(maximum),
        };
    }

    /// <summary>Durations below eight nanoseconds have a bucket each; above, the highest set bit and the three bits after it choose.</summary>
    private static int BucketOf(long nanoseconds)
    {
        if (nanoseconds < BucketsPerPower)
        {
            return (int)nanoseconds;
        }

        var power = BitOperations.Log2((ulong)nanoseconds);
        return ((power - PrecisionBits + 1) << PrecisionBits) + (int)((nanoseconds >> (power - PrecisionBits)) & (BucketsPerPower - 1));
    }

    private static double MiddleOf(int bucket)
    {
        if (bucket < BucketsPerPower)
        {
            return bucket;
        }

        var power = (bucket >> PrecisionBits) + PrecisionBits - 1;
        var width = Math.Pow(2, power - PrecisionBits);
        return Math.Pow(2, power) + (((bucket & (BucketsPerPower - 1)) + 0.5) * width);
    }

    private static TimeSpan Percentile(ReadOnlySpan<long> counts, long count, double fraction, long maximum)
    {
        var rank = Math.Max(1, (long)Math.Ceiling(count * fraction));
        for (var i = 0; i < counts.Length; i++)
        {
            rank -= counts[i];
            if (rank <= 0)
            {
                return FromNanoseconds(Math.Min(MiddleOf(i), maximum));
            }
        }

        return FromNanoseconds(maximum);
    }

    private static TimeSpan FromNanoseconds(double nanoseconds) => TimeSpan.FromTicks((long)(nanoseconds / TimeSpan.NanosecondsPerTick));
}
