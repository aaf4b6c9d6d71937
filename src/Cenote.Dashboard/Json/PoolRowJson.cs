namespace Cenote.Dashboard.Json;

/// <summary>One pool in the overview. Rates are those of the last seconds; error rate and percentiles those of the last minute.</summary>
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
    long LeaksProven,
    IReadOnlyList<int?> Sparkline,
    string? ReplicaSet,
    string? Address = null);
