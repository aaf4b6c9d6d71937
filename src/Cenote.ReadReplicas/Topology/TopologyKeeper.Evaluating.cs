using Cenote.ReadReplicas.Probing;

namespace Cenote.ReadReplicas.Topology;

// What each server's probes mean for it.
internal sealed partial class TopologyKeeper
{
    private void Evaluate(ServerRecord record, ServerRecord? winner, TopologySnapshot before, List<TopologyChange> changes)
    {
        var server = record.Server;
        var old = server.Standing;
        var (state, reason) = StateOf(record, winner, mayStay: before.IsSettled && before.TryReadingOf(server) is not null && MayStay(record));
        var role = record == winner ? ServerRole.Primary
            : winner is not null && PrimaryElection.AreOfOneGroup(record, winner) ? ServerRole.Replica
            : record.HasAnswered ? RoleOf(record) : server.DeclaredRole;
        var serves = state == ReplicaSetServerState.Serving;
        if (serves && old.State is not (ReplicaSetServerState.Serving or ReplicaSetServerState.Unknown))
        {
            record.ReturnedAt = Now;
        }

        server.Standing = new ServerStanding
        {
            Role = role,
            State = state,
            Reason = reason,
            Position = record.Status.Position,
            Timeline = record.Status.Timeline,
            ClusterId = record.Status.ClusterId,
            TrafficShare = ShareOf(record),
        };

        AddChange(server, old, before, changes);
    }

    private (ReplicaSetServerState State, string Reason) StateOf(ServerRecord record, ServerRecord? winner, bool mayStay)
    {
        if (!record.IsProbed)
        {
            return (ReplicaSetServerState.Unknown, "not probed yet");
        }

        if (!record.IsReachable)
        {
            return (ReplicaSetServerState.Unreachable, $"its probes fail: {record.LastFailure?.Message ?? "no answer"}");
        }

        if (_clusterId is null && record.Status.ClusterId is not null)
        {
            return (ReplicaSetServerState.Unknown, "the server declared as primary, whose data it must hold, has not been heard of yet");
        }

        if (!IsOfSet(record))
        {
            return (ReplicaSetServerState.Unsuitable, $"it holds other data ({record.Status.ClusterId}) than the set ({_clusterId})");
        }

        return RoleOf(record) switch
        {
            ServerRole.Primary when record == winner => (ReplicaSetServerState.Serving, ""),
            ServerRole.Primary when winner is not null && PrimaryElection.AreOfOneGroup(record, winner) => ServingUnlessBehind(record),
            ServerRole.Primary when PrimaryElection.IsOutdated(record, _latestTimeline) =>
                (ReplicaSetServerState.ConflictingPrimary, FormattableString.Invariant($"it takes writes on timeline {record.Status.Timeline}, but the set has been on timeline {_latestTimeline}")),
            ServerRole.Primary when winner is not null => (ReplicaSetServerState.ConflictingPrimary, $"it takes writes, but so does {winner.Server.Name}, which is the primary"),
            ServerRole.Primary => (ReplicaSetServerState.Unknown, "it takes writes, but servers that may have taken its place have not been heard of yet"),

            // A serving replica has a moment to follow, unless it was ahead of the promoted server. A former primary
            // that was not rewound never follows: it has the writes that the promotion lost, and its position is not
            // behind.
            ServerRole.Replica when record.LeftBehindSince is not null && !mayStay =>
                (ReplicaSetServerState.Lagging, FormattableString.Invariant($"it has not followed a promotion, or has only just: it was on another timeline than {_latestTimeline}, which is the set's")),
            ServerRole.Replica => ServingUnlessBehind(record),
            _ => (ReplicaSetServerState.Unsuitable, "it says that it is neither primary nor replica now"),
        };
    }

    private (ReplicaSetServerState State, string Reason) ServingUnlessBehind(ServerRecord record) => record.IsTooFarBehind
        ? (ReplicaSetServerState.Lagging, FormattableString.Invariant($"it is {record.Lag?.TotalSeconds:0.###} s behind, or was a moment ago, more than MaxLag ({_options.MaxLag.TotalSeconds:0.###} s)"))
        : (ReplicaSetServerState.Serving, "");

    /// <summary>
    /// Whether a replica in rotation follows now, or has a moment left to, and has nothing meanwhile that the primary
    /// did not have when it was promoted.
    /// </summary>
    private bool MayStay(ServerRecord record) =>
        !PrimaryElection.IsOutdated(record, _latestTimeline)
        || (record.Status.Position is { } position && _promotedAt?.Covers(position) == true
            && (_options.MaxLag == Timeout.InfiniteTimeSpan || Now - record.LeftBehindSince <= _options.MaxLag));

    private double ShareOf(ServerRecord record)
    {
        if (record.ReturnedAt is not { } returned)
        {
            return 1;
        }

        var share = _options.SlowStartDuration > TimeSpan.Zero ? (Now - returned) / _options.SlowStartDuration : 1;
        if (share >= 1)
        {
            record.ReturnedAt = null;
            return 1;
        }

        // Some reads from the beginning: they warm its caches, and show whether it is well.
        return Math.Max(0.05, share);
    }

    private void AddChange(ReplicaSetServer server, ServerStanding old, TopologySnapshot before, List<TopologyChange> changes)
    {
        var now = server.Standing;
        var served = before.TryReadingOf(server) is not null;
        var serves = now is { State: ReplicaSetServerState.Serving, Role: ServerRole.Replica };
        if (serves && !served)
        {
            changes.Add(Change(TopologyChangeKind.ReplicaJoined, server, old.State != ReplicaSetServerState.Unknown ? $"it was {old.State}" : "it was found"));
        }
        else if (served && !serves)
        {
            server.Counters.RecordEviction();
            changes.Add(Change(TopologyChangeKind.ReplicaEvicted, server, now.Reason.Length > 0 ? now.Reason : $"it is {now.Role} now"));
        }

        if (now.State != old.State && now.State is (ReplicaSetServerState.ConflictingPrimary or ReplicaSetServerState.Unsuitable))
        {
            changes.Add(Change(now.State == ReplicaSetServerState.ConflictingPrimary ? TopologyChangeKind.ConflictingPrimaryFound : TopologyChangeKind.ServerUnsuitable, server, now.Reason));
        }
        else if (!served && !serves && now.State == ReplicaSetServerState.Unreachable && old.State == ReplicaSetServerState.Unknown && server.DeclaredRole == ServerRole.Replica)
        {
            // The server never answered, and this was not reported yet.
            changes.Add(Change(TopologyChangeKind.ReplicaEvicted, server, now.Reason));
        }
    }

    /// <summary>
    /// Says so once. What to do about it is the user's to decide: a set that went out of service for it would make an
    /// outage of a doubt.
    /// </summary>
    private void RecordMultipleServers(ReplicaSetServer server, in ProbeReport report, List<TopologyChange> changes)
    {
        if (report.Status is { HasMultipleServers: true } && !server.HasMultipleServers)
        {
            server.HasMultipleServers = true;
            changes.Add(Change(
                TopologyChangeKind.MultipleServersFound, server, "two questions were answered by two servers that run at once, so that something between spreads connections or statements (a load balancer, a name with several addresses)"));
        }
    }

    private void RecordPrimary(TopologySnapshot before, ReplicaSetServer? primary, ServerRecord? winner, List<TopologyChange> changes)
    {
        if (winner is not null && winner.Server != before.Primary)
        {
            var former = before.Primary ?? _lastPrimary;
            var isFailover = former is not null && former != winner.Server;
            if (isFailover)
            {
                Interlocked.Increment(ref _failovers);
            }

            changes.Add(Change(TopologyChangeKind.PrimaryChanged, winner.Server, DescribeClaim(winner), isFailover ? former : null));
        }
        else if (winner is null && before.Writing is not null)
        {
            var lost = before.Primary!;
            changes.Add(Change(TopologyChangeKind.PrimaryLost, lost, primary is null ? "it is a replica now, or of an earlier timeline" : lost.Reason));
        }
        else if (winner is not null && before.Writing is null)
        {
            changes.Add(Change(TopologyChangeKind.PrimaryRecovered, winner.Server, DescribeClaim(winner)));
        }
        else if (winner is null && _lastPrimary is null && !before.IsSettled && _records.All(static record => record.IsProbed))
        {
            // Every server was probed, and the set begins without a primary. The log has it before the first write
            // fails.
            changes.Add(Change(TopologyChangeKind.PrimaryLost, _records.First(static record => record.Server.DeclaredRole == ServerRole.Primary).Server, "no server takes writes"));
        }

        _lastPrimary = winner?.Server ?? _lastPrimary;
    }

    private static string DescribeClaim(ServerRecord winner) => winner.Status.Timeline is { } timeline
        ? FormattableString.Invariant($"it takes writes, on timeline {timeline}")
        : winner.Status.Role == ServerRole.Unknown ? "it is declared as primary" : "it takes writes";

    private TopologyChange Change(TopologyChangeKind change, ReplicaSetServer server, string reason, ReplicaSetServer? formerPrimary = null) =>
        new(_options.Name, change, server, formerPrimary, reason, _options.TimeProvider.GetUtcNow());
}
