using Cenote.ClusterLab.Clients;
using Cenote.ClusterLab.Clusters;

namespace Cenote.ClusterLab.Failovers;

/// <summary>A kind of cluster, and by what clients reach it.</summary>
internal sealed record Scenario(string Name, Func<Task<Cluster>> CreateAsync, Func<Cluster, Sources> Connect)
{
    /// <summary>Whether acknowledged rows may be lost: asynchronous replication promises nothing else.</summary>
    internal bool MayLose { get; init; }

    /// <summary>Run for comparison, without promises.</summary>
    internal bool IsCompared { get; init; }
}
