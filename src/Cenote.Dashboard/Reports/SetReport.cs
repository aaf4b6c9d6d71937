using Cenote.Dashboard.Json;
using Cenote.Dashboard.Sampling;
using Cenote.ReadReplicas;

namespace Cenote.Dashboard.Reports;

/// <summary>A replica set as JSON.</summary>
internal static class SetReport
{
    internal static SetRowJson RowOf(VerdictJson verdict, ReplicaSetStatistics set) => new(
        verdict.Subject,
        verdict.Level,
        verdict.Summary,
        set.Primary,
        set.Servers.Count,
        set.Servers.Count(static server => server.State == ServerState.Serving),
        set.Failovers,
        LatencyReport.Seconds(set.Servers.Max(static server => server.Lag)));

    internal static ReplicaSetJson Of(WatchedSet watched, Tick tick)
    {
        var set = watched.Set.GetStatistics();
        var reads = watched.ReadsInMinute();
        var verdict = VerdictReport.Of(watched.Name, watched.Set.GetVerdict());
        return new ReplicaSetJson(
            RowOf(verdict, set),
            verdict,
            [.. set.Servers.Select((server, i) => ServerOf(server, tick.NameOf(watched.Set.Servers[i].Pool) ?? server.Pool.PoolName, reads[i]))],
            set.ReadsOnPrimary,
            set.ReadsOnPrimaryNow,
            set.ReadsRefused,
            set.WritesRefused,
            new CausalJson(set.CausalReadsAtOnce, set.CausalReadsAfterWait, set.CausalReadsOnPrimary),
            [.. watched.Set.GetHistory().Reverse().Select(static change =>
                new TopologyJson(change.Time, change.Change.ToString(), change.Server.Name, change.FormerPrimary?.Name, change.Reason))]);
    }

    private static ServerJson ServerOf(ReplicaSetServerStatistics server, string pool, (double Share, double PerSecond) reads) => new(
        server.Name,
        pool,
        server.Role.ToString(),
        server.State.ToString(),
        server.Reason,
        server.Weight,
        reads.Share,
        server.Share,
        LatencyReport.Seconds(server.Lag),
        LatencyReport.Seconds(server.Latency),
        server.Position,
        server.Timeline,
        server.Probes,
        server.ProbeFailures,
        server.Departures,
        server.LastProbeFailure,
        reads.PerSecond);
}
