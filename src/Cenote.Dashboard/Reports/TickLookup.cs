using Cenote.Dashboard.Access;
using Cenote.Dashboard.Sampling;
using Microsoft.AspNetCore.Http;

namespace Cenote.Dashboard.Reports;

/// <summary>Finds what a request names, or refuses it.</summary>
internal static class TickLookup
{
    private const int MaxNamed = 20;

    /// <exception cref="Refusal">No pool has the name.</exception>
    internal static WatchedPool PoolOrRefuse(this Tick tick, string name) => tick.FindPool(name) ?? throw Missing("pool", name, [.. tick.Pools.Select(static pool => pool.Name)]);

    /// <exception cref="Refusal">No set has the name.</exception>
    internal static WatchedSet SetOrRefuse(this Tick tick, string name) => tick.FindSet(name) ?? throw Missing("replica set", name, [.. tick.Sets.Select(static set => set.Name)]);

    private static Refusal Missing(string kind, string name, string[] names)
    {
        var known = names.Length == 0 ? "None is available"
            : names.Length <= MaxNamed ? $"Available: {string.Join(", ", names)}"
            : FormattableString.Invariant($"{names.Length} are available, such as {string.Join(", ", names.Take(MaxNamed))}");
        return new Refusal(StatusCodes.Status404NotFound, $"No {kind} has that name.", $"No {kind} is called '{QueryReader.Shorten(name)}'. {known}. Names are case-sensitive.");
    }
}
