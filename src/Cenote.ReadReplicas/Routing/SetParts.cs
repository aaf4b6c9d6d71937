using Cenote.ReadReplicas.Probing;
using Cenote.ReadReplicas.Statistics;
using Cenote.ReadReplicas.Topology;
using Microsoft.Extensions.Logging;

namespace Cenote.ReadReplicas.Routing;

/// <summary>What the routers work with.</summary>
internal sealed record SetParts(
    ReplicaSetOptions Options, TopologyKeeper Keeper, IReadOnlyList<ServerProbe> Probes, SetCounters Counters, ILogger Logger, CancellationToken Closed)
{
    internal ServerProbe ProbeOf(ReplicaSetServer server) => Probes[server.Ordinal];

    /// <summary>Probes all servers, and waits until each probe was processed.</summary>
    /// <returns>The status from each; <see langword="null"/> of a server that did not answer.</returns>
    internal Task<ServerStatus?[]> ProbeAllAsync() => Task.WhenAll(Probes.Select(static probe => probe.ProbeAsync()));

    internal void ThrowIfClosed()
    {
        if (Closed.IsCancellationRequested)
        {
            throw new ReplicaSetClosedException(Options.Name);
        }
    }
}
