namespace Cenote.Dashboard.Json;

/// <summary>Every pool, every set and every budget, one row each.</summary>
internal sealed record OverviewJson(
    DateTimeOffset Time, long Tick, IReadOnlyList<PoolRowJson> Pools, IReadOnlyList<SetRowJson> ReplicaSets, IReadOnlyList<BudgetJson>? Budgets = null);

/// <summary>
/// One pool in the overview. Rates are those of the last seconds; error rate and percentiles those of the last minute.
/// </summary>
internal sealed record PoolRowJson(
    string Name,
    string Level,
    string Summary,
    string State,
    string Circuit,
    CountsJson Counts,
    int MinSize,
    int MaxSize,
    double Utilization,
    double RentsPerSecond,
    double WaitsPerSecond,
    double ErrorsPerSecond,
    double ErrorRate,
    double? WaitP50Seconds,
    double? WaitP99Seconds,
    double LongestWaitSeconds,
    long Timeouts,
    long OpenFailures,
    long LeaksSuspected,
    long LeasesAbandoned,
    IReadOnlyList<int?> Sparkline,
    string? ReplicaSet,
    string? Address = null);

/// <summary>Connections by what they are doing, and callers that wait.</summary>
internal sealed record CountsJson(int Total, int Idle, int Leased, int Opening, int Resetting, int Validating, int Closing, int Waiting, int Limit);

/// <summary>One replica set in the overview.</summary>
internal sealed record SetRowJson(
    string Name,
    string Level,
    string Summary,
    string? Primary,
    int Servers,
    int Serving,
    long Failovers,
    double? MaxLagSeconds);
