using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Cenote.Hosting.Health;

/// <summary>Looks at the pools of a container for its health checks. A singleton; thread-safe.</summary>
internal sealed class PoolHealthMonitor(IServiceProvider services)
{
    internal PoolRegistry Registry { get; } = services.FindRegistry();

    /// <summary>
    /// Whether the process is worth keeping: a database that is away is nothing that a restart would bring back, but a
    /// pool that was disposed of under a running application never lends again.
    /// </summary>
    internal static PoolHealthEntry CheckLiveness(ConnectionPool pool)
    {
        var statistics = pool.GetStatistics();
        var isClosed = statistics.State == PoolState.Closed;
        return new PoolHealthEntry(
            pool.Name,
            isClosed ? HealthStatus.Unhealthy : HealthStatus.Healthy,
            isClosed ? "closed while the application runs: it was disposed of and lends no more" : "alive")
        {
            Data = PoolHealthData.Of(statistics),
        };
    }

    /// <summary>The pool of a name, if it is constructed. A check constructs none: that might block.</summary>
    internal ConnectionPool? Find(string poolName) => Registry.Pools.FirstOrDefault(pool => pool.Name == poolName);
}
