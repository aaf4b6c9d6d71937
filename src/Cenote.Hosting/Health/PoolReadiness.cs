using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Cenote.Hosting.Health;

/// <summary>The readiness of a pool, from its diagnosis. Rents no connection and does not wait.</summary>
internal static class PoolReadiness
{
    internal static PoolHealthEntry Check(ConnectionPool pool, PoolHealthOptions options)
    {
        var diagnosis = pool.Diagnose(new DiagnosisOptions { SaturatedWaitThreshold = options.DegradedWaitThreshold, SaturatedUtilizationThreshold = options.DegradedUtilizationThreshold });
        var statistics = pool.GetStatistics();
        var status = StatusOf(diagnosis.Level);
        return new PoolHealthEntry(pool.Name, status, diagnosis.Summary)
        {
            Data = PoolHealthData.Of(statistics),
            Exception = status == HealthStatus.Healthy ? null : statistics.LastOpenFailure?.Exception,
        };
    }

    internal static HealthStatus StatusOf(DiagnosisLevel level) => level switch
    {
        DiagnosisLevel.Healthy => HealthStatus.Healthy,
        DiagnosisLevel.Degraded => HealthStatus.Degraded,
        _ => HealthStatus.Unhealthy,
    };
}
