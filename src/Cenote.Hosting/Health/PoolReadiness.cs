using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Cenote.Hosting.Health;

/// <summary>A pool's verdict on itself as a health check's. Borrows nothing and waits for nothing.</summary>
internal static class PoolReadiness
{
    internal static PoolHealthFinding Judge(ConnectionPool pool, PoolHealthOptions options)
    {
        var verdict = pool.GetVerdict(new VerdictOptions { SaturatedWait = options.DegradedWait, SaturatedUtilization = options.DegradedUtilization });
        var statistics = pool.GetStatistics();
        var status = verdict.Level switch
        {
            VerdictLevel.Healthy => HealthStatus.Healthy,
            VerdictLevel.Degraded => HealthStatus.Degraded,
            _ => HealthStatus.Unhealthy,
        };
        return new PoolHealthFinding(pool.Name, status, verdict.Summary)
        {
            Data = PoolHealthData.Of(statistics),
            Exception = status == HealthStatus.Healthy ? null : statistics.LastOpenFailure?.Exception,
        };
    }
}
