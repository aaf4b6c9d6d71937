using System.Numerics;

namespace Cenote.Shop.Clients;

/// <summary>Counts durations by size, from many threads at once. Percentiles are exact to about 3 per cent.</summary>
internal sealed class LatencyHistogram
{
    // 2^5 steps between one power of two and the next, over microseconds.
    private const int StepBits = 5;
    private const int Steps = 1 << StepBits;

    private readonly long[] _counts = new long[(64 - StepBits + 1) * Steps];
    private long _count;
    private long _totalTicks;
    private long _maximumTicks;

    public void Record(TimeSpan duration)
    {
        Interlocked.Increment(ref _counts[Bucket((ulong)Math.Max(0, duration.Ticks) / TimeSpan.TicksPerMicrosecond)]);
        Interlocked.Add(ref _totalTicks, duration.Ticks);
        Interlocked.Increment(ref _count);
        var maximum = Interlocked.Read(ref _maximumTicks);
        while (duration.Ticks > maximum)
        {
            var seen = Interlocked.CompareExchange(ref _maximumTicks, duration.Ticks, maximum);
            if (seen == maximum)
            {
                break;
            }

            maximum = seen;
        }
    }

    public LatencySummary Summarize()
    {
        var count = Interlocked.Read(ref _count);
        var maximum = TimeSpan.FromTicks(Interlocked.Read(ref _maximumTicks));
        return new LatencySummary
        {
            Count = count,
            Average = count == 0 ? TimeSpan.Zero : TimeSpan.FromTicks(Interlocked.Read(ref _totalTicks) / count),
            P50 = Percentile(0.50, maximum),
            P95 = Percentile(0.95, maximum),
            P99 = Percentile(0.99, maximum),
            Maximum = maximum,
        };
    }

    private TimeSpan Percentile(double share, TimeSpan maximum)
    {
        long total = 0;
        for (var bucket = 0; bucket < _counts.Length; bucket++)
        {
            total += Interlocked.Read(ref _counts[bucket]);
        }

        var wanted = (long)Math.Ceiling(total * share);
        long seen = 0;
        for (var bucket = 0; bucket < _counts.Length && wanted > 0; bucket++)
        {
            seen += Interlocked.Read(ref _counts[bucket]);
            if (seen >= wanted)
            {
                var upper = TimeSpan.FromMicroseconds(UpperEdge(bucket));
                return upper < maximum ? upper : maximum;
            }
        }

        return TimeSpan.Zero;
    }

    private static int Bucket(ulong microseconds)
    {
        if (microseconds < Steps)
        {
            return (int)microseconds;
        }

        var shift = BitOperations.Log2(microseconds) - StepBits;
        return ((shift + 1) << StepBits) + (int)((microseconds >> shift) - Steps);
    }

    private static double UpperEdge(int bucket)
    {
        if (bucket < Steps)
        {
            return bucket + 1;
        }

        var shift = (bucket >> StepBits) - 1;
        return Math.ScaleB((bucket & (Steps - 1)) + Steps + 1, shift);
    }
}
