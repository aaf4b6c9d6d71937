namespace Cenote.Dashboard.Json;

/// <summary>
/// One lane of a pool. Counters and percentiles are those since the pool was constructed; the maximum size is null for
/// the pool's.
/// </summary>
internal sealed record LaneJson(
    string Name,
    int Weight,
    int Reserve,
    int? MaxSize,
    int InUse,
    bool IsFull,
    int Waiting,
    double LongestWaitSeconds,
    long Rents,
    long Waits,
    double? WaitP50Seconds,
    double? WaitP99Seconds,
    long Timeouts,
    long Cancellations,
    long OverloadRejections);
