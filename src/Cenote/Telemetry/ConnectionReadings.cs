using Cenote.Statistics;

namespace Cenote.Telemetry;

/// <summary>The instruments of a pool's connections: how many, and why they are opened and closed.</summary>
internal static class ConnectionReadings
{
    internal static void Define(PoolReadings readings)
    {
        readings.Level(
            "db.client.connection.count",
            "{connection}",
            "The number of connections that are currently in state described by the state attribute.",
            TelemetryTags.ConnectionState,
            static pool => pool.Desk.Count(),
            ("idle", static counts => counts.Idle),
            ("used", static counts => counts.Leased + counts.Resetting + counts.Validating + counts.Closing));
        readings.Level("db.client.connection.idle.max", "{connection}", "The maximum number of idle open connections allowed.", static pool => pool.Desk.ReadCapacity().MaxSize);
        readings.Level("db.client.connection.idle.min", "{connection}", "The minimum number of idle open connections allowed.", static pool => pool.Desk.ReadCapacity().MinSize);
        readings.Level("db.client.connection.max", "{connection}", "The maximum number of open connections allowed.", static pool => pool.Desk.ReadCapacity().MaxSize);
        readings.Level(
            "cenote.connection.count",
            "{connection}",
            "Connections by what they do.",
            "cenote.connection.state",
            static pool => pool.Desk.Count(),
            ("opening", static counts => counts.Opening),
            ("idle", static counts => counts.Idle),
            ("leased", static counts => counts.Leased),
            ("resetting", static counts => counts.Resetting),
            ("validating", static counts => counts.Validating),
            ("closing", static counts => counts.Closing));
        readings.Level("cenote.connection.limit", "{connection}", "The limit of open connections.", static pool => pool.Desk.ReadCapacity().Limit);
        readings.Count("cenote.connection.opened", "{connection}", "Connections opened.", static pool => pool.Desk.Meters.Opened.Value);
        readings.Count("cenote.connection.open_failures", "{failure}", "Attempts to open a connection that failed.", static pool => pool.Desk.Meters.OpenFailures.Value);
        readings.Count(
            "cenote.connection.closed",
            "{connection}",
            "Connections closed, by reason.",
            "cenote.connection.close_reason",
            static pool => pool.Desk.Meters,
            [.. Enum.GetValues<CloseReason>().Select(static reason => (TelemetryTags.ValueOf(reason), CountOf(reason)))]);
        readings.Count("cenote.reset.started", "{reset}", "Sessions whose reset began after a lease.", static pool => pool.Desk.Slots.CountResets());
        readings.Count("cenote.reset.saved", "{reset}", "Leases that left their session as it was, so that it needed no reset.", static pool => pool.Desk.Slots.CountSavedResets());
        readings.Count("cenote.reset.failed", "{reset}", "Sessions whose reset failed; their connections were closed.", static pool => pool.Desk.Meters.CountClosed(CloseReason.ResetFailed));
        readings.Count(
            "cenote.sizing.changes",
            "{change}",
            "Changes of the limit, by a sizing policy or an operator.",
            "cenote.sizing.direction",
            static pool => pool.Desk.ReadCapacity(),
            ("grow", static capacity => capacity.Grown),
            ("shrink", static capacity => capacity.Shrunk));
        readings.Level(
            "cenote.circuit.state",
            "{pool}",
            "1 for the state that the circuit is in, 0 for the others.",
            "cenote.circuit.state",
            static pool => pool.Desk.GetCircuitStatus().State,
            [.. Enum.GetValues<CircuitState>().Select(static state => (TelemetryTags.ValueOf(state), Is(state)))]);
        readings.Count("cenote.circuit.openings", "{opening}", "How often the circuit has opened.", static pool => pool.Desk.Meters.CircuitOpenings.Value);
    }

    private static Func<Meters, long> CountOf(CloseReason reason) => meters => meters.CountClosed(reason);

    private static Func<CircuitState, long> Is(CircuitState state) => found => found == state ? 1 : 0;
}
