using System.Globalization;
using Cenote.Dashboard.Json;
using Cenote.Dashboard.Sampling;

namespace Cenote.Dashboard.Reports;

/// <summary>Everything about one pool as JSON.</summary>
internal static class PoolReport
{
    internal static PoolJson Of(WatchedPool watched, PoolRowJson row, VerdictJson verdict)
    {
        var pool = watched.Pool;
        var statistics = pool.GetStatistics();
        return new PoolJson(
            Row: row,
            Verdict: verdict,
            Totals: TotalsOf(statistics),
            Latencies: LatencyReport.Of(statistics),
            LastOpenFailure: statistics.LastOpenFailure is { } failure ? new OpenFailureJson(failure.Kind.ToString(), failure.Exception.Message, failure.Time, failure.Attempts) : null,
            Circuit: CircuitOf(pool),
            Slots: [.. pool.GetSlots().Select(SlotOf)],
            Leases: [.. pool.GetLeases().Select(LeaseOf)],
            Leaks: watched.Leaks.Read(),
            Statements: pool.CountsStatements ? [.. pool.GetStatements().Select(StatementOf)] : null,
            Events: [.. pool.GetEvents().Reverse().Select(EventOf)],
            Settings: [.. pool.DescribeSettings().Select(SettingOf)]);
    }

    private static TotalsJson TotalsOf(PoolStatistics pool) => new(
        pool.Rents,
        pool.Waits,
        pool.Timeouts,
        pool.Cancellations,
        pool.Errors,
        pool.CircuitRejections,
        pool.Overloads,
        pool.Opened,
        pool.OpenFailures,
        pool.Closed.ToDictionary(static pair => pair.Key.ToString(), static pair => pair.Value, StringComparer.Ordinal),
        pool.LeaksSuspected,
        pool.LateReturns,
        pool.LeaksProven,
        pool.LeasesRevoked,
        pool.NestedRents,
        pool.CircuitOpenings,
        pool.UpkeepFailures);

    private static CircuitJson CircuitOf(ConnectionPool pool)
    {
        var circuit = pool.GetCircuit();
        return new CircuitJson(
            circuit.State.ToString(), circuit.IsForced, circuit.Since, circuit.ConsecutiveFailures, LatencyReport.Seconds(circuit.NextProbe));
    }

    private static SlotJson SlotOf(SlotInfo slot) => new(
        slot.Id,
        slot.State.ToString(),
        LatencyReport.Seconds(slot.Age),
        slot.Uses,
        slot.Lease?.Id,
        LatencyReport.Seconds(slot.Lease?.Age),
        slot.Lease?.CallSite.ToString(),
        slot.Lease?.IsSuspected ?? false);

    private static LeaseJson LeaseOf(LeaseInfo lease) => new(
        lease.Id,
        lease.SlotId,
        LatencyReport.Seconds(lease.Age),
        lease.Since,
        lease.CallSite.ToString(),
        lease.CallSite.FilePath,
        lease.CallSite.LineNumber,
        lease.CallSite.MemberName,
        lease.IsSuspected,
        lease.Origin?.Stack,
        lease.Origin is { } origin ? ThreadOf(origin) : null);

    private static string ThreadOf(LeaseOrigin origin) => string.Create(
        CultureInfo.InvariantCulture,
        $"thread {origin.ThreadId}{(origin.ThreadName is { } name ? $" ({name})" : "")}{(origin.TaskId is { } task ? $", task {task}" : "")}");

    private static StatementJson StatementOf(StatementStatistics statement) => new(
        statement.Text,
        statement.Count,
        statement.Errors,
        LatencyReport.Seconds(statement.Total),
        LatencyReport.Seconds(statement.Time.Average),
        LatencyReport.Seconds(statement.Time.P50),
        LatencyReport.Seconds(statement.Time.P99),
        LatencyReport.Seconds(statement.Time.Maximum),
        statement.LastError,
        statement.LastErrorTime);

    private static SettingJson SettingOf(PoolSetting setting) => new(setting.Name, setting.Value, setting.Default, setting.Unit, setting.Meaning, setting.CanChange);

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
