using Cenote.ReadReplicas.Topology;

namespace Cenote.ReadReplicas.Routing;

/// <summary>Which of the replicas in rotation a certain read may go to.</summary>
internal static class Eligibility
{
    internal static ReplicaSetServer[] Of(TopologySnapshot topology, ReplicationPosition? required, List<ReplicaSetServer>? lost)
    {
        var servers = topology.Candidates;
        if (lost is not null || (required is not null && !Array.TrueForAll(servers, server => Covers(server, required))))
        {
            servers = Array.FindAll(servers, server => lost?.Contains(server) != true && (required is null || Covers(server, required)));
        }

        return topology.IsRamping ? Draw(servers) : servers;
    }

    internal static bool Covers(ReplicaSetServer server, ReplicationPosition required) => server.Position?.Covers(required) == true;

    /// <summary>Returns the server with the latest position, without lost ones.</summary>
    internal static ReplicaSetServer? Freshest(TopologySnapshot topology, List<ReplicaSetServer>? lost)
    {
        ReplicaSetServer? freshest = null;
        foreach (var server in topology.Candidates)
        {
            if (lost?.Contains(server) != true && server.Position is { } position
                && (freshest is null || (position.Covers(freshest.Position!) && !freshest.Position!.Covers(position))))
            {
                freshest = server;
            }
        }

        return freshest;
    }

    // A server that has just returned takes part in a share of the draws only. It is left out before the strategy
    // chooses, so that what it does not get is spread over the others as the strategy spreads everything.
    private static ReplicaSetServer[] Draw(ReplicaSetServer[] servers)
    {
#pragma warning disable CA5394 // Spreads load; guessing it gains nothing.
        var drawn = Array.FindAll(servers, static server => server.TrafficShare is var share && (share >= 1 || Random.Shared.NextDouble() < share));
#pragma warning restore CA5394
        return drawn.Length > 0 ? drawn : servers;
    }
}
