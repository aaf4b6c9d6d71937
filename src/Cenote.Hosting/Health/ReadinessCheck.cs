using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace Cenote.Hosting.Health;

/// <summary>
/// A check of whether this process should get traffic: of one pool, or of all pools and every other source.
/// </summary>
internal sealed class ReadinessCheck(IServiceProvider services, string? poolName, PoolHealthOptions options) : IHealthCheck
{
    private readonly PoolHealthMonitor _monitor = services.GetRequiredService<PoolHealthMonitor>();

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        List<PoolHealthEntry> findings = [.. await FindPoolsAsync(cancellationToken).ConfigureAwait(false), .. FindHost()];
        return FindingsReport.Combine(findings, context.Registration.FailureStatus);
    }

    private async Task<IEnumerable<PoolHealthEntry>> FindPoolsAsync(CancellationToken cancellationToken)
    {
        if (poolName is null)
        {
            // Before the sets, which may have to be constructed: meanwhile another check may use a pool for the first
            // time, which then is not ready yet.
            var pools = _monitor.Registry.Pools.Select(pool => (Pool: pool, Entry: PoolReadiness.Check(pool, options))).ToList();
            var sets = await FindSetsAsync(cancellationToken).ConfigureAwait(false);
            var members = sets.Sets.SelectMany(static set => set.Servers).Select(static server => server.Pool).ToHashSet();
            return pools
                .Where(pair => !members.Contains(pair.Pool))
                .Select(static pair => pair.Entry)
                .Concat(sets.Sets.SelectMany(set => ReplicaSetReadiness.Check(set, options)))
                .Concat(sets.Problems)
                .Concat(services.GetServices<IPoolHealthSource>().SelectMany(Inspect));
        }

        if (_monitor.Find(poolName) is not { } pool && !_monitor.Registry.Names.Contains(poolName, StringComparer.Ordinal))
        {
            // It may be a set, or the pool of a server in a set that was not requested before.
            var sets = await FindSetsAsync(cancellationToken).ConfigureAwait(false);
            if (sets.Sets.FirstOrDefault(set => set.Name == poolName) is { } set)
            {
                return ReplicaSetReadiness.Check(set, options);
            }

            if (sets.Problems.Count > 0 && _monitor.Find(poolName) is null)
            {
                return sets.Problems;
            }
        }

        return [_monitor.Find(poolName) is { } found ? PoolReadiness.Check(found, options) : DescribeMissing(poolName)];
    }

    private async Task<(IReadOnlyList<ReplicaSet> Sets, IReadOnlyList<PoolHealthEntry> Problems)> FindSetsAsync(CancellationToken cancellationToken)
    {
        try
        {
            return (await _monitor.FindReplicaSetsAsync(cancellationToken).ConfigureAwait(false), []);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            return ([], [new PoolHealthEntry("replica sets", HealthStatus.Unhealthy, $"one cannot be constructed ({exception.GetType().Name})") { Exception = exception }]);
        }
    }

    /// <summary>
    /// Reports a failing source as degraded, because it may still work, and keeps the other findings.
    /// </summary>
    private static IReadOnlyList<PoolHealthEntry> Inspect(IPoolHealthSource source)
    {
        try
        {
            return [.. source.GetEntries()];
        }
        catch (Exception exception)
        {
            return [new PoolHealthEntry(source.GetType().Name, HealthStatus.Degraded, $"could not say how it is ({exception.GetType().Name})") { Exception = exception }];
        }
    }

    /// <summary>
    /// Reports a stopping host, so that a load balancer stops sending while running requests still complete.
    /// </summary>
    private IEnumerable<PoolHealthEntry> FindHost() =>
        services.GetService<IHostApplicationLifetime>() is { ApplicationStopping.IsCancellationRequested: true }
            ? [new PoolHealthEntry("application", HealthStatus.Unhealthy, "stopping")]
            : [];

    private PoolHealthEntry DescribeMissing(string name)
    {
        var names = _monitor.Registry.Names;
        return names.Contains(name, StringComparer.Ordinal)
            ? new PoolHealthEntry(name, HealthStatus.Healthy, "not used yet: it is constructed when it is first asked for")
            : new PoolHealthEntry(name, HealthStatus.Unhealthy, $"not registered; registered: {(names.Count == 0 ? "none" : string.Join(", ", names.Select(static other => $"'{other}'")))}");
    }
}
