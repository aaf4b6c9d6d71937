using System.Numerics;

namespace Cenote.Statistics;

/// <summary>
/// Buckets for durations: eight for each power of two of nanoseconds, so that a bucket's middle is at most about 7 per
/// cent off.
/// </summary>
/// <remarks>The layout of HdrHistogram (Gil Tene), with three bits of precision.</remarks>
internal static class HistogramBuckets
{
    private const int PrecisionBits = 3;
    private const int PerPower = 1 << PrecisionBits;

    internal const int Count = (64 - PrecisionBits) * PerPower;

    /// <summary>
    /// Gets the bucket of a duration. Durations below eight nanoseconds have a bucket each. Above, the highest set bit
    /// and the three bits after it choose the bucket.
    /// </summary>
    internal static int Of(long nanoseconds)
    {
        if (nanoseconds < PerPower)
        {
            return (int)nanoseconds;
        }

        var power = BitOperations.Log2((ulong)nanoseconds);
        return ((power - PrecisionBits + 1) << PrecisionBits) + (int)((nanoseconds >> (power - PrecisionBits)) & (PerPower - 1));
    }

    /// <summary>Summarizes the contents of the buckets.</summary>
    /// <param name="counts">The buckets from <paramref name="first"/> on.</param>
    /// <param name="first">The number of the first of them.</param>
    /// <param name="sum">The sum of all durations, in nanoseconds.</param>
    /// <param name="maximum">The longest duration, in nanoseconds.</param>
    internal static LatencySummary Summarize(ReadOnlySpan<long> counts, int first, long sum, long maximum)
    {
        var count = Total(counts);
        return count == 0 ? default : new LatencySummary
        {
            Count = count,
            Average = FromNanoseconds((double)sum / count),
            P50 = Percentile(counts, first, count, 0.50, maximum),
            P95 = Percentile(counts, first, count, 0.95, maximum),
            P99 = Percentile(counts, first, count, 0.99, maximum),
            Maximum = FromNanoseconds(maximum),
        };
    }

    internal static long Total(ReadOnlySpan<long> counts)
    {
        var total = 0L;
        foreach (var count in counts)
        {
            total += count;
        }

        return total;
    }

    internal static TimeSpan Percentile(ReadOnlySpan<long> counts, int first, long count, double fraction, long maximum)
    {
        var rank = Math.Max(1, (long)Math.Ceiling(count * fraction));
        for (var i = 0; i < counts.Length; i++)
        {
            rank -= counts[i];
            if (rank <= 0)
            {
                return FromNanoseconds(Math.Min(MiddleOf(first + i), maximum));
            }
        }

        return FromNanoseconds(maximum);
    }

    /// <summary>Gets the longest duration of a bucket, in nanoseconds.</summary>
    internal static double LongestOf(int bucket) => bucket < PerPower ? bucket : StartOf(bucket) + WidthOf(bucket);

    internal static TimeSpan FromNanoseconds(double nanoseconds) => TimeSpan.FromTicks((long)(nanoseconds / TimeSpan.NanosecondsPerTick));

    private static double MiddleOf(int bucket) => bucket < PerPower ? bucket : StartOf(bucket) + (WidthOf(bucket) / 2);

    private static int PowerOf(int bucket) => (bucket >> PrecisionBits) + PrecisionBits - 1;

    private static double WidthOf(int bucket) => Math.Pow(2, PowerOf(bucket) - PrecisionBits);

    private static double StartOf(int bucket) => Math.Pow(2, PowerOf(bucket)) + ((bucket & (PerPower - 1)) * WidthOf(bucket));
}
