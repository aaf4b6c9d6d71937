using System.Diagnostics;
using System.Numerics;

namespace Cenote.QueryBench;

/// <summary>Counts of durations in buckets that are 3 % wide.</summary>
internal sealed class Latencies
{
    private const int Bits = 5;

    private readonly int[] _counts = new int[(64 - Bits) << Bits];
    private long _longest;

    internal long Count => _counts.Sum(static count => (long)count);

    internal TimeSpan Longest => Stopwatch.GetElapsedTime(0, _longest);

    /// <param name="ticks">Of the stopwatch.</param>
    internal void Record(long ticks)
    {
        var shift = Math.Max(0, BitOperations.Log2((ulong)ticks) - Bits);
        _counts[(shift << Bits) + (int)(ticks >> shift)]++;
        _longest = Math.Max(_longest, ticks);
    }

    internal void Add(Latencies other)
    {
        for (var i = 0; i < _counts.Length; i++)
        {
            _counts[i] += other._counts[i];
        }

        _longest = Math.Max(_longest, other._longest);
    }

    /// <summary>Gets the duration that this share of the durations do not exceed.</summary>
    internal TimeSpan Percentile(double share)
    {
        var rest = (long)Math.Ceiling(Count * share);
        var bucket = 0;
        while ((rest -= _counts[bucket]) > 0)
        {
            bucket++;
        }

        var shift = Math.Max(0, (bucket >> Bits) - 1);
        return Stopwatch.GetElapsedTime(0, Math.Min(_longest, (bucket - (shift << Bits) + 1L) << shift));
    }
}
