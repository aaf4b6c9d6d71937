using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Cenote.Hosting.Health;

/// <summary>A reader of the health of a container's pools, for its health checks. A singleton; thread-safe.</summary>
internal sealed class PoolHealthMonitor(IServiceProvider services)
{
    private Task<IReadOnlyList<ReplicaSet>>? _sets;

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
    /// Checks whether a restart would help: a set that was disposed while the application runs never works again.
    /// </summary>
    internal static PoolHealthEntry CheckLiveness(ReplicaSet set) => new(
        set.Name,
        set.IsClosed ? HealthStatus.Unhealthy : HealthStatus.Healthy,
        set.IsClosed ? "closed while the application runs: the replica set was disposed" : "alive");

    /// <summary>Gets the replica sets that a readiness check has found.</summary>
    internal IReadOnlyList<ReplicaSet> KnownReplicaSets => Volatile.Read(ref _sets) is { IsCompletedSuccessfully: true } sets ? sets.Result : [];

    /// <summary>
    /// Finds the replica sets. The first check constructs sets that were not requested before, on another thread.
    /// </summary>
    internal async Task<IReadOnlyList<ReplicaSet>> FindReplicaSetsAsync(CancellationToken cancellationToken)
    {
        var sets = Volatile.Read(ref _sets);
        if (sets is null or { IsFaulted: true } or { IsCanceled: true })
        {
            sets = Task.Run(services.FindReplicaSets, CancellationToken.None);
            Volatile.Write(ref _sets, sets);
        }

        return await sets.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Returns the pool of a name, if it is constructed. A check constructs none, because that might block.
    /// </summary>
    internal ConnectionPool? Find(string poolName) => Registry.Pools.FirstOrDefault(pool => pool.Name == poolName);
}
