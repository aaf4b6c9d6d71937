namespace Cenote.Telemetry;

/// <summary>What is told of the callers of a pool: how they were served, and what became of their leases.</summary>
internal static class RentReadings
{
    internal static void Define(PoolReadings readings)
    {
        readings.Level("db.client.connection.pending_requests", "{request}", "The number of current pending requests for an open connection.", static pool => pool.Desk.Count().Waiting);
        readings.Count("db.client.connection.timeouts", "{timeout}", "The number of connection timeouts that have occurred trying to obtain a connection from the pool.", static pool => pool.Desk.Meters.Timeouts.Value);
        readings.Count("cenote.rent.granted", "{rent}", "Connections lent.", static pool => pool.Desk.Slots.CountRents());
        readings.Count("cenote.rent.queued", "{rent}", "Connections lent to callers that had to queue.", static pool => pool.Desk.Meters.WaitTime.Count);
        readings.Count(
            "cenote.rent.failed",
            "{rent}",
            "Callers that got no connection, by reason.",
            TelemetryTags.ErrorType,
            static pool => pool.Desk.Meters,
            ("timeout", static meters => meters.Timeouts.Value),
            ("cancelled", static meters => meters.Cancellations.Value),
            ("open_failed", static meters => meters.Errors.Value),
            ("circuit_open", static meters => meters.CircuitRejections.Value),
            ("overloaded", static meters => meters.OverloadRejections.Value));
        readings.Count("cenote.rent.nested", "{rent}", "Rents by a flow that held a connection of the pool already, where the pool looks for them.", static pool => pool.Desk.Meters.NestedRents.Value);
        readings.Longest("cenote.rent.longest_wait", "How long the first in the queue has waited so far.", static pool => pool.Desk.ReadLongestWait());
        readings.Count(
            "cenote.leak.reports",
            "{lease}",
            "Leases that were reported, by what became known of them.",
            "cenote.leak.kind",
            static pool => pool.Desk.Meters,
            ("suspected", static meters => meters.LeaksSuspected.Value),
            ("returned", static meters => meters.LeasesReturnedLate.Value),
            ("proven", static meters => meters.CountClosed(CloseReason.Abandoned)),
            ("revoked", static meters => meters.LeasesRevoked.Value));
        readings.Level(
            "cenote.pool.state",
            "{pool}",
            "1 for the state that the pool is in, 0 for the others. A closed pool is not told of at all.",
            "cenote.pool.state",
            static pool => pool.Operations.ReadState(),
            ("running", static state => Is(state, PoolState.Running)),
            ("suspended", static state => Is(state, PoolState.Suspended)),
            ("draining", static state => Is(state, PoolState.Draining)));
        readings.Level(
            "cenote.pool.diagnosis",
            "{pool}",
            "1 for how the pool judges itself, 0 for the others.",
            "cenote.pool.diagnosis",
            static pool => pool.Diagnoser.Diagnose(DiagnosisOptions.Default).Level,
            ("healthy", static level => Is(level, DiagnosisLevel.Healthy)),
            ("degraded", static level => Is(level, DiagnosisLevel.Degraded)),
            ("unhealthy", static level => Is(level, DiagnosisLevel.Unhealthy)));
        readings.Count("cenote.maintenance.failures", "{failure}", "Upkeep tasks that threw.", static pool => pool.Desk.Meters.MaintenanceFailures.Value);
    }

    private static long Is<T>(T found, T kind)
        where T : struct, Enum => EqualityComparer<T>.Default.Equals(found, kind) ? 1 : 0;
}
