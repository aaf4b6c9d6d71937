using Cenote.Dashboard.Json;
using Cenote.Dashboard.Sampling;

namespace Cenote.Dashboard.Reports;

/// <summary>A replica set as JSON.</summary>
internal static class SetReport
{
    internal static SetRowJson RowOf(DiagnosisJson diagnosis, ReplicaSetStatistics set) => new(
        diagnosis.Subject,
        diagnosis.Level,
        diagnosis.Summary,
        set.Primary,
        set.Servers.Count,
        set.Servers.Count(static server => server.State == ReplicaSetServerState.Serving),
        set.Failovers,
        LatencyReport.Seconds(set.Servers.Max(static server => server.Lag)));

    internal static ReplicaSetJson Of(WatchedSet watched, Tick tick)
    {
        var set = watched.Set.GetStatistics();
        var reads = watched.ReadsInMinute();
        var diagnosis = DiagnosisReport.Of(watched.Name, watched.Set.Diagnose());
        return new ReplicaSetJson(
            RowOf(diagnosis, set),
            diagnosis,
            [.. set.Servers.Select((server, i) => ServerOf(server, tick.NameOf(watched.Set.Servers[i].Pool) ?? server.Pool.PoolName, reads[i]))],
            set.ReadsOnPrimary,
            set.CurrentReadsOnPrimary,
            set.ReadsRefused,
            set.WritesRefused,
            new CausalJson(set.CausalReadsImmediate, set.CausalReadsAfterWait, set.CausalReadsOnPrimary),
            [.. watched.Set.GetTopologyChanges().Reverse().Select(static change =>
                new TopologyJson(change.Time, change.Kind.ToString(), change.Server.Name, change.FormerPrimary?.Name, change.Reason))]);
    }

    private static ServerJson ServerOf(ReplicaSetServerStatistics server, string pool, (double Share, double PerSecond) reads) => new(
        server.Name,
        pool,
        server.Role.ToString(),
        server.State.ToString(),
        server.Reason,
        server.Weight,
        reads.Share,
        server.TrafficShare,
        LatencyReport.Seconds(server.Lag),
        LatencyReport.Seconds(server.Latency),
        server.Position,
        server.Timeline,
        server.Probes,
        server.ProbeFailures,
        server.Evictions,
        server.LastProbeFailure,
        reads.PerSecond);
}
