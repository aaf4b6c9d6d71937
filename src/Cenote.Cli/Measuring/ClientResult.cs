namespace Cenote.Cli.Measuring;

/// <summary>What one client executed within a window of time.</summary>
internal sealed class ClientResult(TimeProvider clock, long opens, long closes)
{
    public double Count { get; private set; }

    public Durations Waits { get; } = new();

    public Durations Leases { get; } = new();

    /// <summary>Counts an execution that ends now.</summary>
    /// <returns>The time of its end.</returns>
    public long Add(long start, long got)
    {
        // Of an execution at the edge, the part within: few long executions count as exactly as many short ones.
        var end = clock.GetTimestamp();
        var within = Math.Min(end, closes) - Math.Max(start, opens);
        if (within > 0)
        {
            Count += within / (double)Math.Max(1, end - start);
            Waits.Add(clock.GetElapsedTime(start, got));
            Leases.Add(clock.GetElapsedTime(start, end));
        }

        return end;
    }
}
