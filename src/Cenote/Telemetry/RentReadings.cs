using Cenote.Leasing;

namespace Cenote.Telemetry;

/// <summary>The instruments of a pool's callers: how they were served, and how their leases ended.</summary>
internal static class RentReadings
{
    internal static void Define(PoolReadings readings)
    {
        readings.Level("db.client.connection.pending_requests", "{request}", "The number of current pending requests for an open connection.", static pool => pool.Desk.Count().Waiting);
        readings.Count("db.client.connection.timeouts", "{timeout}", "The number of connection timeouts that have occurred trying to obtain a connection from the pool.", static pool => pool.Desk.Meters.Timeouts.Value);
        readings.Count(
            "cenote.rents",
            "{rent}",
            "Connections rented.",
            RentOutcome.Attribute,
            ReadRents,
            (RentOutcome.Immediate, static rents => rents.Immediate),
            (RentOutcome.Queued, static rents => rents.Queued));
        readings.Count(
            "cenote.rent.failed",
            "{rent}",
            "Rents that failed, by reason.",
            TelemetryTags.ErrorType,
            static pool => pool.Desk.Meters,
            ("timeout", static meters => meters.Timeouts.Value),
            ("cancelled", static meters => meters.Cancellations.Value),
            ("open_failed", static meters => meters.Errors.Value),
            ("circuit_open", static meters => meters.CircuitRejections.Value),
            ("overloaded", static meters => meters.OverloadRejections.Value),
            ("session_context", static meters => meters.ContextFailures.Value));
        readings.Count("cenote.session_contexts", "{context}", "Session contexts that were set, or taken back, for a rent.", static pool => pool.Desk.Meters.ContextsSet.Value);
        readings.Count("cenote.session_contexts.kept", "{context}", "Rents whose session had their context already.", static pool => pool.Desk.Meters.ContextsKept.Value);
        readings.Count("cenote.rent.nested", "{rent}", "Rents by a flow that already held a connection of the pool, where the pool detects them.", static pool => pool.Desk.Meters.NestedRents.Value);
        readings.Longest("cenote.rent.longest_wait", "How long the first in the queue has waited so far.", static pool => pool.Desk.ReadLongestWait());
        readings.Count(
            "cenote.commits.unanswered",
            "{commit}",
            "Commits of work that the server did not answer, by what became of them.",
            "cenote.commit.outcome",
            static pool => pool.Desk.Meters,
            ("committed", static meters => meters.CommitsFoundCommitted.Value),
            ("rolled_back", static meters => meters.CommitsFoundRolledBack.Value),
            ("unknown", static meters => meters.UnknownCommits.Value));
        readings.Count("cenote.statement.retries", "{retry}", "Statements of the pool's own commands that ran again after a lost connection.", static pool => pool.Desk.Meters.StatementRetries.Value);
        readings.Count("cenote.server_diagnosis.queries", "{query}", "Queries for the sessions of the leases, failed ones included.", static pool => pool.Desk.Meters.ServerQueries.Value);
        readings.Count("cenote.server_diagnosis.failures", "{query}", "Queries for the sessions of the leases that failed.", static pool => pool.Desk.Meters.ServerQueryFailures.Value);
        readings.Count(
            "cenote.leak.reports",
            "{lease}",
            "Leases that were reported as leaks, by kind.",
            "cenote.leak.kind",
            static pool => pool.Desk.Meters,
            ("suspected", static meters => meters.LeaksSuspected.Value),
            ("returned_late", static meters => meters.LeasesReturnedLate.Value),
            ("abandoned", static meters => meters.CountClosed(CloseReason.Abandoned)),
            ("revoked", static meters => meters.LeasesRevoked.Value));
        readings.Level(
            "cenote.pool.state",
            "{pool}",
            "1 for the state that the pool is in, 0 for the others. A closed pool has no value.",
            "cenote.pool.state",
            static pool => pool.Operations.ReadState(),
            ("running", static state => Is(state, PoolState.Running)),
            ("suspended", static state => Is(state, PoolState.Suspended)),
            ("draining", static state => Is(state, PoolState.Draining)));
        readings.Level(
            "cenote.pool.diagnosis",
            "{pool}",
            "1 for the level of the pool's diagnosis, 0 for the others.",
            "cenote.pool.diagnosis",
            static pool => pool.Diagnoser.Diagnose(DiagnosisOptions.Default).Level,
            ("healthy", static level => Is(level, DiagnosisLevel.Healthy)),
            ("degraded", static level => Is(level, DiagnosisLevel.Degraded)),
            ("unhealthy", static level => Is(level, DiagnosisLevel.Unhealthy)));
        readings.Count("cenote.maintenance.failures", "{failure}", "Maintenance tasks that threw.", static pool => pool.Desk.Meters.MaintenanceFailures.Value);
    }

    /// <summary>Reads the rents. Both numbers are counters, which must not fall.</summary>
    private static (long Immediate, long Queued) ReadRents(PoolEngine pool)
    {
        var queued = pool.Desk.Meters.WaitTime.Count;
        return (pool.Desk.Meters.RaiseImmediateRents(pool.Desk.CountRents() - queued), queued);
    }

    private static long Is<T>(T found, T kind)
        where T : struct, Enum => EqualityComparer<T>.Default.Equals(found, kind) ? 1 : 0;
}
