using Cenote.ReadReplicasTests.Servers;
using MySqlConnector;

namespace Cenote.ReadReplicasTests.MariaDb;

internal sealed class MariaDbLab : ReplicationLab<MariaDbServer>
{
    private MariaDbLab(MariaDbServer primary, MariaDbServer replica)
        : base(primary, replica)
    {
    }

    internal static async Task<MariaDbLab> StartAsync()
    {
        var primary = await MariaDbServer.StartPrimaryAsync();
        return new MariaDbLab(primary, await primary.StartReplicaAsync());
    }

    // As an ordinary user, with patience for a busy machine, which the fault lab must not have.
    internal static MySqlProvider NewProvider(MariaDbServer server) =>
        new(new MySqlConnectionStringBuilder(server.ConnectionString(server.Port)) { DefaultCommandTimeout = 30 }.ConnectionString);
}
