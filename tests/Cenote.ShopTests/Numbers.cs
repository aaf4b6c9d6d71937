namespace Cenote.ShopTests;

/// <summary>Numbers as a pool would tell them.</summary>
internal static class Numbers
{
    public static PoolStatistics Pool(PoolCounts counts, long opened, long closed, LatencySummary latency = default) => new()
    {
        PoolName = "shop",
        Time = DateTimeOffset.UnixEpoch,
        Counts = counts,
        Rents = 0,
        Waits = 0,
        Timeouts = 0,
        Cancellations = 0,
        Errors = 0,
        ConnectionsOpened = opened,
        OpenFailures = 0,
        ConnectionsClosedByReason = new Dictionary<CloseReason, long> { [CloseReason.Idle] = closed },
        WaitTime = latency,
        UseTime = latency,
        ConnectTime = latency,
        LastOpenFailure = null,
    };
}
