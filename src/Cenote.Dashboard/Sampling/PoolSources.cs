using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Cenote.Dashboard.Sampling;

/// <summary>
/// The sources of pools and sets. Reads them each time, and constructs no pool that the application has not requested.
/// </summary>
internal sealed class PoolSources(IServiceProvider services, IOptions<DashboardOptions> options, ILoggerFactory loggers)
{
    private readonly PoolRegistry[] _registries = [.. options.Value.Registries];
    private readonly ConnectionPool[] _pools = [.. options.Value.Pools];
    private readonly ReplicaSet[] _sets = [.. options.Value.ReplicaSets];
    private readonly PoolRegistry? _registry = services.GetService<PoolRegistry>();
    private volatile ReplicaSet[] _setsOfContainer = [];

    internal IReadOnlyList<ReplicaSet> FindSets() => [.. _sets.Concat(_setsOfContainer).Distinct()];

    /// <summary>Each pool once, with the set that it belongs to.</summary>
    internal IReadOnlyList<(ConnectionPool Pool, string? ReplicaSet)> FindPools(IReadOnlyList<ReplicaSet> sets)
    {
        Dictionary<ConnectionPool, string?> pools = [];
        foreach (var set in sets)
        {
            foreach (var server in set.Servers)
            {
                pools.TryAdd(server.Pool, set.Name);
            }
        }

        var alone = (_registry is null ? [] : _registry.Pools).Concat(_registries.SelectMany(static registry => registry.Pools)).Concat(_pools);
        foreach (var pool in alone)
        {
            pools.TryAdd(pool, value: null);
        }

        return [.. pools.Select(static pair => (pair.Key, pair.Value)).OrderBy(static pair => pair.Key.Name, StringComparer.Ordinal)];
    }

    /// <summary>Never throws.</summary>
    internal void FindSetsOfContainer()
    {
        try
        {
            var keyed = services is IKeyedServiceProvider ? services.GetKeyedServices<ReplicaSet>(KeyedService.AnyKey) : [];
            _setsOfContainer = [.. services.GetServices<ReplicaSet>().Concat(keyed).Distinct()];
        }
        catch (Exception exception)
        {
            DashboardLog.SetsUnavailable(loggers.CreateLogger("Cenote.Dashboard"), exception);
        }
    }
}
