namespace Cenote.Cli.Reporting;

/// <summary>A distribution in milliseconds.</summary>
internal sealed record JsonLatency(long Count, double Average, double P50, double P95, double P99, double Maximum)
{
    public static JsonLatency From(LatencySummary summary) => new(
        summary.Count, Milliseconds(summary.Average), Milliseconds(summary.P50), Milliseconds(summary.P95), Milliseconds(summary.P99), Milliseconds(summary.Maximum));

    private static double Milliseconds(TimeSpan value) => Math.Round(value.TotalMilliseconds, 4);
}
