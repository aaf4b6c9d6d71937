using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Cenote.Hosting.Health;

/// <summary>A reader of the health of a container's pools, for its health checks. A singleton; thread-safe.</summary>
internal sealed class PoolHealthMonitor(IServiceProvider services)
{
    internal PoolRegistry Registry { get; } = services.FindRegistry();

    /// <summary>
    /// Checks whether a restart would help. It does not bring back an unreachable database. A pool that was disposed
    /// while the application runs never works again.
    /// </summary>
    internal static PoolHealthEntry CheckLiveness(ConnectionPool pool)
    {
        var statistics = pool.GetStatistics();
        var isClosed = statistics.State == PoolState.Closed;
        return new PoolHealthEntry(
            pool.Name,
            isClosed ? HealthStatus.Unhealthy : HealthStatus.Healthy,
            isClosed ? "closed while the application runs: the pool was disposed" : "alive")
        {
            Data = PoolHealthData.Of(statistics),
        };
    }

    /// <summary>
    /// Returns the pool of a name, if it is constructed. A check constructs none, because that might block.
    /// </summary>
    internal ConnectionPool? Find(string poolName) => Registry.Pools.FirstOrDefault(pool => pool.Name == poolName);
}
