namespace Cenote.Dashboard.Json;

/// <summary>Every pool and every set, one row each.</summary>
internal sealed record OverviewJson(DateTimeOffset Time, long Tick, IReadOnlyList<PoolRowJson> Pools, IReadOnlyList<SetRowJson> ReplicaSets);
