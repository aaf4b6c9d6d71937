using Cenote.Dashboard.Json;
using Cenote.Dashboard.Sampling;

namespace Cenote.Dashboard.Reports;

/// <summary>A pool as one row of the overview.</summary>
internal static class RowReport
{
    internal static PoolRowJson Of(WatchedPool watched, DiagnosisJson diagnosis, PoolStatistics pool, PoolRates rates, long second)
    {
        var counts = pool.Counts;
        var waits = rates.WaitsInMinute();
        var failed = rates.InMinute(static reading => reading.Failures);
        var served = rates.InMinute(static reading => reading.Statistics.Rents);
        return new PoolRowJson(
            Name: watched.Name,
            Address: watched.Pool.Provider.Address,
            Level: diagnosis.Level,
            Summary: diagnosis.Summary,
            State: pool.State.ToString(),
            Circuit: pool.CircuitState.ToString(),
            Counts: Of(counts),
            MinSize: pool.MinSize,
            MaxSize: pool.MaxSize,
            Utilization: counts.Limit == 0 ? 0 : Math.Round((double)counts.Leased / counts.Limit, 3),
            RentsPerSecond: rates.PerSecond(static reading => reading.Statistics.Rents),
            WaitsPerSecond: rates.PerSecond(static reading => reading.Statistics.Waits),
            ErrorsPerSecond: rates.PerSecond(static reading => reading.Failures),
            ErrorRate: failed == 0 ? 0 : Math.Round((double)failed / (failed + served), 6),
            WaitP50Seconds: LatencyReport.Seconds(waits.GetPercentile(0.50)),
            WaitP99Seconds: LatencyReport.Seconds(waits.GetPercentile(0.99)),
            LongestWaitSeconds: LatencyReport.Seconds(pool.LongestWait),
            Timeouts: pool.Timeouts,
            OpenFailures: pool.OpenFailures,
            LeaksSuspected: pool.LeaksSuspected,
            LeasesAbandoned: pool.LeasesAbandoned,
            Sparkline: rates.Sparkline(second),
            ReplicaSet: watched.ReplicaSet);
    }

    private static CountsJson Of(PoolCounts counts) => new(
        counts.Total, counts.Idle, counts.Leased, counts.Opening, counts.Resetting, counts.Validating, counts.Closing, counts.Waiting, counts.Limit);
}
