using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Cenote.Hosting.Health;

/// <summary>A pool's verdict on itself as a health check's. Borrows nothing and waits for nothing.</summary>
internal static class PoolReadiness
{
    internal static PoolHealthEntry Check(ConnectionPool pool, PoolHealthOptions options)
    {
        var verdict = pool.Diagnose(new DiagnosisOptions { SaturatedWaitThreshold = options.DegradedWaitThreshold, SaturatedUtilizationThreshold = options.DegradedUtilizationThreshold });
        var statistics = pool.GetStatistics();
        var status = verdict.Level switch
        {
            DiagnosisLevel.Healthy => HealthStatus.Healthy,
            DiagnosisLevel.Degraded => HealthStatus.Degraded,
            _ => HealthStatus.Unhealthy,
        };
        return new PoolHealthEntry(pool.Name, status, verdict.Summary)
        {
            Data = PoolHealthData.Of(statistics),
            Exception = status == HealthStatus.Healthy ? null : statistics.LastOpenFailure?.Exception,
        };
    }
}
