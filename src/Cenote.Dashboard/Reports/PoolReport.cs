using System.Globalization;
using Cenote.Dashboard.Json;
using Cenote.Dashboard.Sampling;

namespace Cenote.Dashboard.Reports;

/// <summary>Everything about one pool as JSON.</summary>
internal static class PoolReport
{
    internal static PoolJson Of(WatchedPool watched, PoolRowJson row, DiagnosisJson diagnosis)
    {
        var pool = watched.Pool;
        var statistics = pool.GetStatistics();
        return new PoolJson(
            Row: row,
            Diagnosis: diagnosis,
            Totals: TotalsOf(statistics),
            Latencies: LatencyReport.Of(statistics),
            LastOpenFailure: statistics.LastOpenFailure is { } failure ? new OpenFailureJson(failure.Kind.ToString(), failure.Exception.Message, failure.Time, failure.Attempts) : null,
            Circuit: CircuitOf(pool),
            Slots: [.. pool.GetSlots().Select(SlotOf)],
            Leases: [.. pool.GetLeases().Select(LeaseOf)],
            Leaks: watched.Leaks.Read(),
            Statements: pool.IsStatementStatisticsEnabled ? [.. pool.GetStatementStatistics().Select(StatementOf)] : null,
            Events: [.. pool.GetEvents().Reverse().Select(EventOf)],
            Settings: [.. pool.GetSettings().Select(SettingOf)],
            Lanes: [.. statistics.Lanes.Select(LaneOf)]);
    }

    private static TotalsJson TotalsOf(PoolStatistics pool) => new(
        pool.Rents,
        pool.Waits,
        pool.Timeouts,
        pool.Cancellations,
        pool.Errors,
        pool.CircuitRejections,
        pool.OverloadRejections,
        pool.ConnectionsOpened,
        pool.OpenFailures,
        pool.ConnectionsClosedByReason.ToDictionary(static pair => pair.Key.ToString(), static pair => pair.Value, StringComparer.Ordinal),
        pool.LeaksSuspected,
        pool.LeasesReturnedLate,
        pool.LeasesAbandoned,
        pool.LeasesRevoked,
        pool.NestedRents,
        pool.CircuitOpenings,
        pool.MaintenanceFailures);

    private static CircuitJson CircuitOf(ConnectionPool pool)
    {
        var circuit = pool.GetCircuitStatus();
        return new CircuitJson(
            circuit.State.ToString(), circuit.IsIsolated, circuit.StateChangedAt, circuit.ConsecutiveFailures, LatencyReport.Seconds(circuit.TimeUntilNextProbe));
    }

    private static SlotJson SlotOf(SlotInfo slot) => new(
        slot.Id,
        slot.State.ToString(),
        LatencyReport.Seconds(slot.Age),
        slot.LeaseCount,
        slot.Lease?.Id,
        LatencyReport.Seconds(slot.Lease?.Age),
        slot.Lease?.CallSite.ToString(),
        slot.Lease?.IsSuspectedLeak ?? false);

    private static LeaseJson LeaseOf(LeaseInfo lease) => new(
        lease.Id,
        lease.SlotId,
        LatencyReport.Seconds(lease.Age),
        lease.RentedAt,
        lease.CallSite.ToString(),
        lease.CallSite.FilePath,
        lease.CallSite.LineNumber,
        lease.CallSite.MemberName,
        lease.IsSuspectedLeak,
        lease.Origin?.StackTrace,
        lease.Origin is { } origin ? ThreadOf(origin) : null,
        lease.Session?.ToString());

    private static string ThreadOf(LeaseOrigin origin) => string.Create(
        CultureInfo.InvariantCulture,
        $"thread {origin.ThreadId}{(origin.ThreadName is { } name ? $" ({name})" : "")}{(origin.TaskId is { } task ? $", task {task}" : "")}");

    private static StatementJson StatementOf(StatementStatistics statement) => new(
        statement.Text,
        statement.Count,
        statement.Errors,
        LatencyReport.Seconds(statement.TotalTime),
        LatencyReport.Seconds(statement.ExecutionTime.Average),
        LatencyReport.Seconds(statement.ExecutionTime.P50),
        LatencyReport.Seconds(statement.ExecutionTime.P99),
        LatencyReport.Seconds(statement.ExecutionTime.Maximum),
        statement.LastError,
        statement.LastErrorTime);

    private static SettingJson SettingOf(PoolSetting setting) => new(setting.Name, setting.Value, setting.Default, setting.Unit, setting.Description, setting.CanChange);

    private static LaneJson LaneOf(LaneStatistics lane) => new(
        lane.Name,
        lane.Weight,
        lane.Reserve,
        lane.MaxSize,
        lane.InUse,
        lane.IsFull,
        lane.Waiting,
        LatencyReport.Seconds(lane.LongestWait),
        lane.Rents,
        lane.Waits,
        lane.WaitTime.Count == 0 ? null : LatencyReport.Seconds(lane.WaitTime.P50),
        lane.WaitTime.Count == 0 ? null : LatencyReport.Seconds(lane.WaitTime.P99),
        lane.Timeouts,
        lane.Cancellations,
        lane.OverloadRejections);

    private static EventJson EventOf(PoolEvent happened) => new(
        happened.Sequence,
        happened.Time,
        happened.Kind.ToString(),
        happened.Level.ToString(),
        happened.Message,
        happened.SlotId,
        happened.CallSite?.ToString(),
        happened.Actor);
}
