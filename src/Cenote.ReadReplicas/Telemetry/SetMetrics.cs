using System.Diagnostics.Metrics;

namespace Cenote.ReadReplicas.Telemetry;

/// <summary>
/// The instruments of the live sets, all read when a listener collects. The meter has the name of the pools' meter, so
/// one name enables both.
/// </summary>
internal static class SetMetrics
{
    private static readonly Meter Meter = new(new MeterOptions(PoolTelemetry.MeterName)
    {
        Version = TelemetryScope.Version,
        TelemetrySchemaUrl = TelemetryScope.SchemaUrl,
    });

    static SetMetrics()
    {
        var readings = new SetReadings(Meter, Sets.Read);
        readings.Count("cenote.replica_set.failovers", "{failover}", "How often another server became the primary.", static set => set.Failovers);
        readings.Count("cenote.replica_set.reads_on_primary", "{read}", "Reads that the primary served, because no replica could serve or exists.", static set => set.Counters.ReadsOnPrimary);
        readings.Count(
            "cenote.replica_set.refused",
            "{rent}",
            "Reads and writes that were rejected, because no server was available.",
            "cenote.replica_set.intent",
            ("read", static set => set.Counters.ReadsRefused),
            ("write", static set => set.Counters.WritesRefused));
        readings.Count(
            "cenote.replica_set.causal_reads",
            "{read}",
            "Reads with a token, by how they were served.",
            "cenote.causal_read.outcome",
            ("immediate", static set => set.Counters.CausalImmediate),
            ("after_wait", static set => set.Counters.CausalAfterWait),
            ("on_primary", static set => set.Counters.CausalOnPrimary));
        readings.Longest("cenote.replica.lag", "How far a replica is behind the primary.", static server => server.Lag);
        readings.Longest("cenote.replica.latency", "The moving average of how long a probe takes.", static server => server.Latency);
        readings.Kind("cenote.replica.state", "1 for the state that the server is in, 0 for the others.", static server => server.State);
        readings.Kind("cenote.replica.role", "1 for the role of the server, 0 for the others.", static server => server.Role);
        readings.CountOfServers(
            "cenote.replica.probes",
            "{probe}",
            "Probes that ended.",
            "cenote.probe.outcome",
            ("success", static server => server.Counters.Probes - server.Counters.ProbeFailures),
            ("failure", static server => server.Counters.ProbeFailures));
        readings.CountOfServers("cenote.replica.evictions", "{eviction}", "How often the server was evicted from the rotation.", static server => server.Counters.Evictions);
    }

    internal static WeakSet<ReplicaSet> Sets { get; } = new();
}
