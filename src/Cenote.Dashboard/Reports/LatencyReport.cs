using Cenote.Dashboard.Json;

namespace Cenote.Dashboard.Reports;

/// <summary>Durations as JSON.</summary>
internal static class LatencyReport
{
    internal static LatenciesJson Of(PoolStatistics pool) => new(Of(pool.WaitTime), Of(pool.UseTime), Of(pool.ConnectTime));

    /// <summary>To the microsecond: finer than anything that is measured, and short to write.</summary>
    internal static double Seconds(TimeSpan duration) => Math.Round(duration.TotalSeconds, 6);

    internal static double? Seconds(TimeSpan? duration) => duration is { } known ? Seconds(known) : null;

    private static LatencyJson Of(LatencySummary summary) => new(
        summary.Count, Seconds(summary.Average), Seconds(summary.P50), Seconds(summary.P95), Seconds(summary.P99), Seconds(summary.Maximum));
}
