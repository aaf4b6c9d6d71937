using Cenote.Dashboard.Json;

namespace Cenote.Cli.Watching;

/// <summary>A row of the overview: a pool, or a replica set above its pools.</summary>
/// <param name="Pool">The pool; <see langword="null"/> for a set.</param>
/// <param name="Set">The set; <see langword="null"/> for a pool.</param>
/// <param name="IsMember">Whether it is a pool of the set above.</param>
internal sealed record OverviewRow(PoolRowJson? Pool, SetRowJson? Set, bool IsMember = false)
{
    public string Name => Pool?.Name ?? Set?.Name ?? "";

    public string Level => Pool?.Level ?? Set?.Level ?? "";

    public string Summary => Pool?.Summary ?? Set?.Summary ?? "";
}
