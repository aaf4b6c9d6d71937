using Cenote.MySql;
using Cenote.TestServers;
using MySqlConnector;

namespace Cenote.ReadReplicasTests.MariaDb;

/// <summary>A primary and a replica of it, for one test that may do to them what it likes.</summary>
internal sealed class MariaDbLab : IAsyncDisposable
{
    private MariaDbLab(MariaDbServer primary, MariaDbServer replica)
    {
        Primary = primary;
        Replica = replica;
    }

    internal MariaDbServer Primary { get; }

    internal MariaDbServer Replica { get; }

    internal static async Task<MariaDbLab> StartAsync()
    {
        var primary = await MariaDbServer.StartPrimaryAsync();
        return new MariaDbLab(primary, await primary.StartReplicaAsync());
    }

    /// <summary>What the pools under test connect with: an ordinary user.</summary>
    internal static string ConnectionString(MariaDbServer server) => ConnectionString(server, server.Port);

    internal static string ConnectionString(MariaDbServer server, int port) => new MySqlConnectionStringBuilder(server.ConnectionString(port))
    {
        // Patience for a busy machine, which the fault lab must not have.
        DefaultCommandTimeout = 30,
    }.ConnectionString;

    internal static MySqlProvider NewProvider(MariaDbServer server) => new(ConnectionString(server));

    /// <summary>Asks a server for its status, as an ordinary user or as one who may see everything.</summary>
    internal static async Task<ServerStatus> ReadStatusAsync(DatabaseProvider provider, MariaDbServer server, bool asAdministrator = false)
    {
        await using var connection = asAdministrator ? await server.OpenAdminAsync() : await server.OpenStrangerAsync();
        return await provider.ReadStatusAsync(connection, TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await Replica.DisposeAsync();
        await Primary.DisposeAsync();
    }
}
