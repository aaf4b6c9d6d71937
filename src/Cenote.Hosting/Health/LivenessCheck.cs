using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Cenote.Hosting.Health;

/// <summary>A check of whether a restart of this process would help.</summary>
internal sealed class LivenessCheck(IServiceProvider services, string? poolName) : IHealthCheck
{
    private readonly PoolHealthMonitor _monitor = services.GetRequiredService<PoolHealthMonitor>();

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var pools = poolName is null ? _monitor.Registry.Pools : _monitor.Registry.Pools.Where(pool => pool.Name == poolName);
        var sets = _monitor.KnownReplicaSets.Where(set => poolName is null || set.Name == poolName);
        return Task.FromResult(FindingsReport.Combine(
            [.. pools.Select(PoolHealthMonitor.CheckLiveness), .. sets.Select(PoolHealthMonitor.CheckLiveness)], context.Registration.FailureStatus));
    }
}
