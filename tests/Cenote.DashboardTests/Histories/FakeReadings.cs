using Cenote.Dashboard.Histories;
using Cenote.Statistics;

namespace Cenote.DashboardTests.Histories;

/// <summary>Readings of a pool that a test makes up, one after the other.</summary>
internal sealed class FakeReadings
{
    private readonly Histogram _wait = new();
    private readonly Dictionary<CloseReason, long> _closed = [];
    private long _rents;
    private long _errors;
    private long _opened;

    public Reading? Last { get; private set; }

    public void Wait(int callers, TimeSpan duration)
    {
        for (var i = 0; i < callers; i++)
        {
            _wait.Record(duration);
        }
    }

    public void Close(CloseReason reason, int count) => _closed[reason] = _closed.GetValueOrDefault(reason) + count;

    /// <param name="second">When.</param>
    /// <param name="leased">Of ten.</param>
    /// <param name="rents">Since the last reading.</param>
    /// <param name="errors">Since the last reading.</param>
    /// <param name="opened">Since the last reading.</param>
    public Reading Next(int second, int leased = 0, int rents = 0, int errors = 0, int opened = 0)
    {
        var statistics = new PoolStatistics
        {
            PoolName = "orders",
            Time = DateTimeOffset.UnixEpoch.AddSeconds(second),
            Counts = new PoolCounts { Leased = leased, Idle = 10 - leased, Limit = 10 },
            Rents = _rents += rents,
            Waits = 0,
            Timeouts = 0,
            Cancellations = 0,
            Errors = _errors += errors,
            ConnectionsOpened = _opened += opened,
            OpenFailures = 0,
            ConnectionsClosedByReason = new Dictionary<CloseReason, long>(_closed),
            WaitTime = default,
            UseTime = default,
            ConnectTime = default,
            LastOpenFailure = null,
        };
        return Last = new Reading(
            second, statistics, new PoolLatencies { Wait = _wait.Snapshot(), Use = LatencyDistribution.Empty, Connect = LatencyDistribution.Empty });
    }
}
