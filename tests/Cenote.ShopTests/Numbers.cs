namespace Cenote.ShopTests;

/// <summary>Numbers as a pool would tell them.</summary>
internal static class Numbers
{
    public static PoolStatistics Pool(
        PoolCounts counts,
        long opened,
        long closed,
        LatencySummary latency = default,
        long rents = 0,
        long errors = 0,
        long timeouts = 0,
        long cancellations = 0,
        long circuitRejections = 0) => new()
    {
        PoolName = "shop",
        Time = DateTimeOffset.UnixEpoch,
        Counts = counts,
        Rents = rents,
        Waits = 0,
        Timeouts = timeouts,
        Cancellations = cancellations,
        Errors = errors,
        CircuitRejections = circuitRejections,
        ConnectionsOpened = opened,
        OpenFailures = 0,
        ConnectionsClosedByReason = new Dictionary<CloseReason, long> { [CloseReason.Idle] = closed },
        WaitTime = latency,
        UseTime = latency,
        ConnectTime = latency,
        LastOpenFailure = null,
    };
}
