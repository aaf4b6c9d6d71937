using Cenote.ClusterLab.Clusters;
using Npgsql;

namespace Cenote.ClusterLab.Clients;

/// <summary>
/// Npgsql's own way to use several servers, for comparison. MySqlConnector has one port for all of its servers, which
/// takes several machines.
/// </summary>
internal static class DriversOwn
{
    internal static Sources Connect(Cluster cluster)
    {
        var settings = new NpgsqlConnectionStringBuilder(cluster.ConnectionString(cluster.Ports[0]))
        {
            Host = string.Join(',', cluster.Ports.Select(static port => $"127.0.0.1:{port}")),
            LoadBalanceHosts = true,

            // As often as a set of Cenote's probes.
            HostRecheckSeconds = 1,
            Timeout = 5,
        };
        var source = new NpgsqlDataSourceBuilder(settings.ConnectionString).BuildMultiHost();
        return new Sources(
            "Npgsql's multiple hosts",
            source.WithTargetSession(TargetSessionAttributes.Primary),
            source.WithTargetSession(TargetSessionAttributes.PreferStandby),
            source.DisposeAsync);
    }
}
