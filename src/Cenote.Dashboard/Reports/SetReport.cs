using Cenote.Dashboard.Json;
using Cenote.Dashboard.Sampling;
using Cenote.ReadReplicas;

namespace Cenote.Dashboard.Reports;

/// <summary>A replica set as JSON.</summary>
internal static class SetReport
{
    internal static SetRowJson RowOf(WatchedSet watched, ReplicaSetStatistics set)
    {
        var serving = set.Servers.Count(static server => server.State == ServerState.Serving);
        return new SetRowJson(
            watched.Name,
            set.Primary is null ? "unhealthy" : serving < set.Servers.Count ? "degraded" : "healthy",
            FormattableString.Invariant($"{(set.Primary is { } primary ? $"primary {primary}" : "no primary")}, {serving} of {set.Servers.Count} servers serving"),
            set.Primary,
            set.Servers.Count,
            serving,
            set.Failovers,
            LatencyReport.Seconds(set.Servers.Max(static server => server.Lag)));
    }

    internal static ReplicaSetJson Of(WatchedSet watched, Tick tick)
    {
        var set = watched.Set.GetStatistics();
        var reads = watched.ReadsInMinute();
        var row = RowOf(watched, set);
        return new ReplicaSetJson(
            row,
            new VerdictJson(set.SetName, set.Time, row.Level, row.Summary, []),
            [.. set.Servers.Select((server, i) => ServerOf(server, tick.NameOf(watched.Set.Servers[i].Pool) ?? server.Pool.PoolName, reads[i]))],
            set.ReadsOnPrimary,
            set.ReadsOnPrimaryNow,
            set.ReadsRefused,
            set.WritesRefused,
            new CausalJson(set.CausalReadsAtOnce, set.CausalReadsAfterWait, set.CausalReadsOnPrimary),
            []);
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
