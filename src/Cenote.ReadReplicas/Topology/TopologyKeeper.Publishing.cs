namespace Cenote.ReadReplicas.Topology;

// From judgements to a snapshot.
internal sealed partial class TopologyKeeper
{
    private ReplicaSetServer? _lastPrimary;

    private TopologySnapshot Publish(TopologySnapshot before, ReplicaSetServer? primary, ServerRecord? winner, bool isSettled)
    {
        var candidates = Servers.Where(static server => server is { State: ReplicaSetServerState.Serving, Role: ServerRole.Replica }).ToArray();
        var isRamping = candidates.Any(static server => server.TrafficShare < 1);
        if (before.Primary == primary && before.Writing is null == winner is null && before.IsSettled == isSettled && before.IsRamping == isRamping
            && before.Candidates.AsSpan().SequenceEqual(candidates))
        {
            return before;
        }

        var reading = new RoleTerm?[_records.Length];
        foreach (var candidate in candidates)
        {
            reading[candidate.Ordinal] = before.TryReadingOf(candidate) ?? new RoleTerm();
        }

        var writing = winner is null ? null : before.Primary == winner.Server && before.Writing is { } tenure ? tenure : new RoleTerm();
        return new TopologySnapshot(primary, writing, candidates, reading) { IsRamping = isRamping, IsSettled = isSettled };
    }

    private void EndTenures(TopologySnapshot before, TopologySnapshot after)
    {
        if (before.Writing != after.Writing)
        {
            before.Writing?.End();
        }

        foreach (var server in Servers)
        {
            if (before.TryReadingOf(server) is { } tenure && after.TryReadingOf(server) != tenure)
            {
                tenure.End();
                Waits.Leave(server);
            }
        }
    }
}
