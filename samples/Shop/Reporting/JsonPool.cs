namespace Cenote.Shop.Reporting;

internal sealed record JsonPool
{
    public required string Name { get; init; }

    public required long Rents { get; init; }

    public required long Leases { get; init; }

    public required long PooledConnections { get; init; }

    public required long Waits { get; init; }

    public required long Timeouts { get; init; }

    public required long Cancellations { get; init; }

    public required long Errors { get; init; }

    public required long CircuitOpenings { get; init; }

    public required long CircuitRejections { get; init; }

    public required long Opened { get; init; }

    public required long OpenFailures { get; init; }

    public required long ClosedTotal { get; init; }

    /// <summary>By reason, in snake case; reasons that never occurred are absent.</summary>
    public required IReadOnlyDictionary<string, long> Closed { get; init; }

    public required int OpenAtEnd { get; init; }

    public required int LeasedAtEnd { get; init; }

    public required int PeakOpen { get; init; }

    public required int PeakLeased { get; init; }

    public required int PeakWaiting { get; init; }

    public required JsonLatency WaitMs { get; init; }

    /// <summary>A sample of the leases.</summary>
    public required JsonLatency UseMs { get; init; }

    public required JsonLatency ConnectMs { get; init; }
}

/// <summary>A distribution in milliseconds.</summary>
internal sealed record JsonLatency(long Count, double Average, double P50, double P95, double P99, double Maximum)
{
    public static JsonLatency From(LatencySummary summary) => new(
        summary.Count, Milliseconds(summary.Average), Milliseconds(summary.P50), Milliseconds(summary.P95), Milliseconds(summary.P99), Milliseconds(summary.Maximum));

    public static double Milliseconds(TimeSpan value) => Math.Round(value.TotalMilliseconds, 4);
}
