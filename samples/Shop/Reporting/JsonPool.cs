namespace Cenote.Shop.Reporting;

/// <param name="Closed">By reason, in snake case; reasons that never occurred are absent.</param>
/// <param name="UseMs">A sample of the leases.</param>
internal sealed record JsonPool(
    string Name,
    long Rents,
    long Leases,
    long PooledConnections,
    long Waits,
    long Timeouts,
    long Cancellations,
    long Errors,
    long CircuitOpenings,
    long CircuitRejections,
    long Opened,
    long OpenFailures,
    long ClosedTotal,
    IReadOnlyDictionary<string, long> Closed,
    int OpenAtEnd,
    int LeasedAtEnd,
    int PeakOpen,
    int PeakLeased,
    int PeakWaiting,
    JsonLatency WaitMs,
    JsonLatency UseMs,
    JsonLatency ConnectMs);

/// <summary>A distribution in milliseconds.</summary>
internal sealed record JsonLatency(long Count, double Average, double P50, double P95, double P99, double Maximum)
{
    public static JsonLatency From(LatencySummary summary) => new(
        summary.Count, Milliseconds(summary.Average), Milliseconds(summary.P50), Milliseconds(summary.P95), Milliseconds(summary.P99), Milliseconds(summary.Maximum));

    public static double Milliseconds(TimeSpan value) => Math.Round(value.TotalMilliseconds, 4);
}
