using Microsoft.Extensions.Logging;

namespace Cenote.Hosting.Lifecycle;

/// <summary>
/// The construction of every pool and replica set of a container. Invalid settings do not heal, so one exception lists
/// all of them and nothing starts.
/// </summary>
internal sealed class PoolConstruction(IServiceProvider services, PoolHostingOptions options, TimeProvider timeProvider, ILogger logger)
{
    private readonly PoolRegistry _registry = services.FindRegistry();
    private readonly List<PoolWarmUpFailure> _failures = [];
    private readonly Dictionary<ConnectionPool, PoolWarmUp> _pools = [];
    private bool _isSetMissing;

    /// <summary>Gets the warm-ups of pools that are not of a set.</summary>
    internal IReadOnlyList<PoolWarmUp> Pools { get; private set; } = [];

    /// <summary>Gets the warm-ups of the sets, with those of their pools.</summary>
    internal IReadOnlyList<ReplicaSetWarmUp> Sets { get; private set; } = [];

    /// <exception cref="PoolWarmUpException">A pool or a set cannot be constructed, or a warm-up target cannot be
    /// reached.</exception>
    internal async Task RunAsync()
    {
        // First, because the pools of their servers are in the registry from then on.
        var sets = await FindSetsAsync().ConfigureAwait(false);

        // On threads of their own: a pool that is to fail at its start blocks its thread until it knows.
        var constructions = _registry.Names.Select(name => (Name: name, Pool: Task.Run(() => _registry[name]))).ToList();
        foreach (var (name, construction) in constructions)
        {
            try
            {
                Add(await construction.ConfigureAwait(false));
            }
            catch (Exception exception)
            {
                _failures.Add(new PoolWarmUpFailure(name, exception.Message, exception));
            }
        }

        foreach (var pool in sets.SelectMany(static set => set.Servers).Select(static server => server.Pool))
        {
            Add(pool);
        }

        var names = _registry.Names.Union(_pools.Values.Select(static warmUp => warmUp.PoolName), StringComparer.Ordinal).ToList();
        if (!_isSetMissing)
        {
            _failures.AddRange(options.WarmUpTargets.Keys.Except(names, StringComparer.Ordinal).Select(name => NotRegistered(name, names)));
        }

        if (_failures.Count > 0)
        {
            throw new PoolWarmUpException([.. _failures.OrderBy(static failure => failure.PoolName, StringComparer.Ordinal)], names.Count + sets.Count);
        }

        Sets = [.. sets.Select(set => new ReplicaSetWarmUp(set, [.. set.Servers.Select(server => _pools[server.Pool])], timeProvider, logger))];
        var members = sets.SelectMany(static set => set.Servers).Select(static server => server.Pool).ToHashSet();
        Pools = [.. _pools.Where(pair => !members.Contains(pair.Key)).Select(static pair => pair.Value)];
    }

    private async Task<IReadOnlyList<ReplicaSet>> FindSetsAsync()
    {
        try
        {
            return await Task.Run(services.FindReplicaSets).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // A target may be of a pool in the set.
            _isSetMissing = true;
            _failures.Add(new PoolWarmUpFailure((exception as PoolException)?.PoolName ?? "replica sets", exception.Message, exception));
            return [];
        }
    }

    private void Add(ConnectionPool pool)
    {
        var size = pool.GetStatistics().Counts.Limit;
        int? target = options.WarmUpTargets.TryGetValue(pool.Name, out var wanted) ? wanted : null;
        if (_pools.TryAdd(pool, new PoolWarmUp(pool.Name, pool, target, timeProvider, logger)) && target > size)
        {
            _failures.Add(new PoolWarmUpFailure(pool.Name, FormattableString.Invariant($"WarmUpTargets['{pool.Name}'] is {target}, and the size of the pool is {size}. Lower the one or raise the other."), exception: null));
        }
    }

    private static PoolWarmUpFailure NotRegistered(string name, List<string> names) => new(
        name,
        $"WarmUpTargets names it, but it is not registered. Registered: {(names.Count == 0 ? "none" : string.Join(", ", names.Select(static other => $"'{other}'")))}.",
        exception: null);
}
