using Cenote.Dashboard.Json;

namespace Cenote.Cli.Watching;

/// <summary>
/// The order of the page: the worst first; the pools of a set stay under it, and the set stands where the worst of them
/// would.
/// </summary>
internal static class OverviewOrder
{
    public static IReadOnlyList<OverviewRow> Of(OverviewJson overview)
    {
        var sets = overview.ReplicaSets.Select(static set => set.Name).ToHashSet(StringComparer.Ordinal);
        var members = overview.Pools.Where(pool => pool.ReplicaSet is { } set && sets.Contains(set)).ToLookup(static pool => pool.ReplicaSet!, StringComparer.Ordinal);
        var groups = overview.ReplicaSets.Select(set => Group(set, members[set.Name]))
            .Concat(overview.Pools.Where(pool => pool.ReplicaSet is not { } set || !sets.Contains(set)).Select(static pool => new[] { new OverviewRow(pool, Set: null) }));
        return [.. groups
            .OrderByDescending(static group => group.Max(static row => HealthLevel.RankOf(row.Level)))
            .ThenBy(static group => group[0].Name, StringComparer.OrdinalIgnoreCase)
            .SelectMany(static group => group)];
    }

    /// <summary>The worst of all.</summary>
    public static string LevelOf(OverviewJson overview) => overview.Pools.Select(static pool => pool.Level)
        .Concat(overview.ReplicaSets.Select(static set => set.Level))
        .MaxBy(HealthLevel.RankOf) ?? "healthy";

    private static OverviewRow[] Group(SetRowJson set, IEnumerable<PoolRowJson> members) =>
    [
        new(Pool: null, set),
        .. members
            .OrderByDescending(static pool => HealthLevel.RankOf(pool.Level))
            .ThenBy(static pool => pool.Name, StringComparer.OrdinalIgnoreCase)
            .Select(static pool => new OverviewRow(pool, Set: null, IsMember: true)),
    ];
}
