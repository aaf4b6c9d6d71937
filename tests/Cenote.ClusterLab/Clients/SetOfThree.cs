using System.Globalization;
using Cenote.ClusterLab.Clusters;

namespace Cenote.ClusterLab.Clients;

/// <summary>
/// A replica set over all servers of a cluster, with default settings. The server declared as primary need not be it.
/// </summary>
internal static class SetOfThree
{
    internal static Sources Connect(Cluster cluster)
    {
        var builder = new ReplicaSetBuilder("lab");
        for (var index = 0; index < cluster.Ports.Count; index++)
        {
            var port = cluster.Ports[index];
            var name = port.ToString(CultureInfo.InvariantCulture);
            builder = index == 0 ? builder.AddPrimary(name, UsePort) : builder.AddReplica(name, UsePort);

            void UsePort(ConnectionPoolBuilder pool) => pool.UseProvider(cluster.CreateProvider(port)).WithSize(2, 10);
        }

        var set = builder.Build();
        var sources = new Sources("a `ReplicaSet`", set.WriteDataSource, set.ReadDataSource, set.DisposeAsync);
        set.TopologyChanged += (_, changed) => sources.Note($"{changed.Change}");
        return sources;
    }
}
