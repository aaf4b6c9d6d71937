using System.Runtime.CompilerServices;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Cenote.Hosting.Health;

/// <summary>
/// Looks at the pools of a container for its health checks, and remembers which have had their minimum open: from then on a pool
/// that has lost a few connections is not "not ready yet". A singleton; thread-safe.
/// </summary>
internal sealed class PoolHealthMonitor(IServiceProvider services)
{
    private readonly ConditionalWeakTable<ConnectionPool, object> _full = [];

    internal PoolRegistry Registry { get; } = services.FindRegistry();

    /// <summary>Whether a caller of the pool could have a connection.</summary>
    internal PoolHealthFinding JudgeReadiness(ConnectionPool pool, PoolHealthOptions options) => PoolReadiness.Judge(pool, HasBeenFull(pool), options);

    /// <summary>
    /// Whether the process is worth keeping: a database that is away is nothing that a restart would bring back, but a pool that
    /// was disposed of under a running application never lends again.
    /// </summary>
    internal static PoolHealthFinding JudgeLiveness(ConnectionPool pool)
    {
        var statistics = pool.GetStatistics();
        var isClosed = statistics.State == PoolState.Closed;
        return new PoolHealthFinding(
            pool.Name,
            isClosed ? HealthStatus.Unhealthy : HealthStatus.Healthy,
            isClosed ? "closed while the application runs: it was disposed of and lends no more" : "alive")
        {
            Data = PoolHealthData.Of(statistics),
        };
    }

    /// <summary>The pool of a name, if it is constructed. A check constructs none: that might block.</summary>
    internal ConnectionPool? Find(string poolName) => Registry.Pools.FirstOrDefault(pool => pool.Name == poolName);

    private bool HasBeenFull(ConnectionPool pool)
    {
        if (_full.TryGetValue(pool, out _))
        {
            return true;
        }

        // Of what was opened some may be lost again when the first check comes; a minimum may be raised later.
        var statistics = pool.GetStatistics();
        if (statistics.Opened < statistics.MinSize)
        {
            return false;
        }

        _full.TryAdd(pool, pool.Name);
        return true;
    }
}
