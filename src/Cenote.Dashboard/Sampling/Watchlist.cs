namespace Cenote.Dashboard.Sampling;

/// <summary>
/// The watched pools and sets. A removed one is kept with its history for a quarter of an hour, because operators look
/// later. Used by the sampler only.
/// </summary>
internal sealed class Watchlist(TimeSpan history, TimeProvider timeProvider)
{
    private const int KeptSeconds = 15 * 60;
    private const int MaxRemoved = 50;

    private readonly List<WatchedPool> _pools = [];
    private readonly List<WatchedSet> _sets = [];

    internal IReadOnlyList<WatchedPool> Pools => _pools;

    internal IReadOnlyList<WatchedSet> Sets => _sets;

    internal void Update(long second, IReadOnlyList<(ConnectionPool Pool, string? ReplicaSet)> pools, IReadOnlyList<ReplicaSet> sets)
    {
        UpdateSets(sets);
        var known = _pools.ToDictionary(static watched => watched.Pool);
        foreach (var (pool, set) in pools)
        {
            if (known.TryGetValue(pool, out var watched))
            {
                // A set of the container may be found later than its pools.
                watched.ReplicaSet = set;
                watched.LastFound = second;
            }
        }

        foreach (var (pool, set) in pools.Where(found => !known.ContainsKey(found.Pool)))
        {
            Add(second, pool, set);
        }

        Forget(second);
        _pools.Sort(static (left, right) => string.CompareOrdinal(left.Name, right.Name));
    }

    internal void Release() => _pools.ForEach(static pool => pool.Release());

    /// <summary>
    /// A pool whose name belongs to one that is gone takes its place; one whose name is in use gets a number behind it.
    /// </summary>
    private void Add(long second, ConnectionPool pool, string? set)
    {
        var name = pool.Name;
        for (var number = 2; ; number++)
        {
            if (_pools.Find(watched => watched.Name == name) is not { } namesake)
            {
                _pools.Add(new WatchedPool(name, pool, set, history, timeProvider) { LastFound = second });
                return;
            }

            if (namesake.LastFound < second)
            {
                namesake.Follow(pool, set);
                namesake.LastFound = second;
                return;
            }

            name = FormattableString.Invariant($"{pool.Name} ({number})");
        }
    }

    private void Forget(long second)
    {
        var gone = _pools.Where(watched => watched.LastFound < second).OrderByDescending(static watched => watched.LastFound).ToList();
        foreach (var watched in gone.Where((watched, i) => i >= MaxRemoved || watched.LastFound < second - KeptSeconds))
        {
            watched.Release();
            _pools.Remove(watched);
        }
    }

    private void UpdateSets(IReadOnlyList<ReplicaSet> sets)
    {
        _sets.RemoveAll(watched => !sets.Contains(watched.Set));
        foreach (var set in sets.Where(set => !_sets.Exists(watched => ReferenceEquals(watched.Set, set))))
        {
            var name = set.Name;
            for (var number = 2; _sets.Exists(watched => watched.Name == name); number++)
            {
                name = FormattableString.Invariant($"{set.Name} ({number})");
            }

            _sets.Add(new WatchedSet(name, set));
        }

        _sets.Sort(static (left, right) => string.CompareOrdinal(left.Name, right.Name));
    }
}
