using System.Globalization;
using Cenote.ClusterLab.Clusters;
using Cenote.ReadReplicas;

namespace Cenote.ClusterLab.Clients;

/// <summary>A replica set over all servers of a cluster, with default settings. Whoever is declared as primary need not be it.</summary>
internal static class SetOfThree
{
    internal static Sources Connect(Cluster cluster)
    {
        var builder = new ReplicaSetBuilder("lab");
        for (var index = 0; index < cluster.Ports.Count; index++)
        {
            var port = cluster.Ports[index];
            var name = port.ToString(CultureInfo.InvariantCulture);
            builder = index == 0 ? builder.Primary(name, UsePort) : builder.Replica(name, UsePort);

            void UsePort(ConnectionPoolBuilder pool) => pool.Use(cluster.CreateProvider(port)).Sized(2, 10);
        }

        var set = builder.Build();
        var sources = new Sources("a `ReplicaSet`", set.Writes, set.Reads, set.DisposeAsync);
        set.TopologyChanged += (_, change) => sources.Note($"{change.Change} {change.Server.Name}: {change.Reason}");
        return sources;
    }
}
