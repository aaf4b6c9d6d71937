using Cenote.Leasing;
using Cenote.Statistics;

namespace Cenote.Operations;

/// <summary>A reader of a pool's numbers, which keeps related numbers consistent.</summary>
internal sealed class StatisticsReader(PoolSettings settings, LeaseDesk desk, PoolOperations operations)
{
    private Meters Meters => desk.Meters;

    /// <summary>
    /// Reads related numbers under the desk's lock, and the slower percentiles after it, so that returns never wait for
    /// statistics.
    /// </summary>
    internal PoolStatistics Read()
    {
        var statistics = desk.Read(ReadCounters);
        statistics.Lanes = desk.ReadLanes();
        statistics.WaitTime = Meters.WaitTime.Summarize(zeros: Math.Max(0, statistics.Rents - statistics.Waits));
        statistics.UseTime = Meters.UseTime.Summarize();
        statistics.ConnectTime = Meters.ConnectTime.Summarize();
        return statistics;
    }

    internal PoolLatencies ReadLatencies()
    {
        // Rents are counted after waits: a rent in between is one more that did not wait, never one too few.
        var waits = Meters.WaitTime.Count;
        return new PoolLatencies
        {
            Wait = Meters.WaitTime.Snapshot(zeros: Math.Max(0, desk.CountRents() - waits)),
            Use = Meters.UseTime.Snapshot(),
            Connect = Meters.ConnectTime.Snapshot(),
        };
    }

    private PoolStatistics ReadCounters(PoolCounts counts)
    {
        var rents = desk.CountRents();
        var capacity = desk.ReadCapacity();
        return new PoolStatistics
        {
            PoolName = settings.Name,
            Time = settings.Clock.UtcNow,
            State = operations.ReadState(),
            MinSize = capacity.MinSize,
            MaxSize = capacity.MaxSize,
            MinIdle = capacity.MinIdle,
            Counts = counts,
            Rents = rents,
            Waits = Meters.WaitTime.Count,
            LongestWait = desk.ReadLongestWait(),
            Timeouts = Meters.Timeouts.Value,
            Cancellations = Meters.Cancellations.Value,
            Errors = Meters.Errors.Value,
            ConnectionsOpened = Meters.Opened.Value,
            OpenFailures = Meters.OpenFailures.Value,
            ConnectionsClosedByReason = Meters.ReadClosed(),
            ResetsStarted = desk.Slots.CountResets(),
            ResetsSaved = desk.Slots.CountSavedResets(),
            LeaksSuspected = Meters.LeaksSuspected.Value,
            LeasesReturnedLate = Meters.LeasesReturnedLate.Value,
            LeasesRevoked = Meters.LeasesRevoked.Value,
            NestedRents = Meters.NestedRents.Value,
            SessionContextsSet = Meters.ContextsSet.Value,
            SessionContextsKept = Meters.ContextsKept.Value,
            SessionContextFailures = Meters.ContextFailures.Value,
            Enlistments = Meters.Enlistments.Value,
            TransactionsInDoubt = Meters.TransactionsInDoubt.Value,
            CommitsFoundCommitted = Meters.CommitsFoundCommitted.Value,
            CommitsFoundRolledBack = Meters.CommitsFoundRolledBack.Value,
            UnknownCommits = Meters.UnknownCommits.Value,
            StatementRetries = Meters.StatementRetries.Value,
            ServerQueries = Meters.ServerQueries.Value,
            ServerQueryFailures = Meters.ServerQueryFailures.Value,
            MaintenanceFailures = Meters.MaintenanceFailures.Value,
            LastOpenFailure = Meters.LastOpenFailure,
            CircuitState = desk.GetCircuitStatus().State,
            CircuitOpenings = Meters.CircuitOpenings.Value,
            CircuitRejections = Meters.CircuitRejections.Value,
            OverloadRejections = Meters.OverloadRejections.Value,
        };
    }
}
