namespace Cenote.Cli.Measuring;

/// <summary>How long something took, many times, within 1 %: counts by duration, whose memory does not grow.</summary>
internal sealed class Durations
{
    /// <summary>The ratio of neighbours: durations that differ by less may be counted as one step apart.</summary>
    internal const double Step = 1.02;

    // From one tick (0.1 µs) to some two hours.
    private readonly int[] _counts = new int[1260];

    public long Count { get; private set; }

    public void Add(TimeSpan duration)
    {
        _counts[Math.Min(_counts.Length - 1, (int)(Math.Log(Math.Max(1, duration.Ticks)) / Math.Log(Step)))]++;
        Count++;
    }

    public static Durations Of(IEnumerable<Durations> parts)
    {
        var sum = new Durations();
        foreach (var part in parts)
        {
            for (var index = 0; index < sum._counts.Length; index++)
            {
                sum._counts[index] += part._counts[index];
            }

            sum.Count += part.Count;
        }

        return sum;
    }

    /// <summary>Returns the duration that a share of all does not exceed; 0 without any.</summary>
    public TimeSpan Percentile(double share)
    {
        var rank = (long)Math.Ceiling(share * Count);
        for (var index = 0; index < _counts.Length && Count > 0; index++)
        {
            rank -= _counts[index];
            if (rank <= 0)
            {
                return TimeSpan.FromTicks((long)Math.Round(Math.Pow(Step, index + 0.5)));
            }
        }

        return TimeSpan.Zero;
    }
}
