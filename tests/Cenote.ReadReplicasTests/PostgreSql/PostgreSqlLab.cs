using Cenote.PostgreSql;
using Cenote.TestServers;
using Npgsql;

namespace Cenote.ReadReplicasTests.PostgreSql;

/// <summary>A primary and its streaming replicas, for one test that may do to them what it likes.</summary>
internal sealed class PostgreSqlLab : IAsyncDisposable
{
    private readonly List<PostgreSqlServer> _servers = [];

    internal PostgreSqlServer Primary => _servers[0];

    internal PostgreSqlServer Replica => _servers[1];

    internal IReadOnlyList<PostgreSqlServer> Servers => _servers;

    internal static async Task<PostgreSqlLab> StartAsync(int replicas)
    {
        var lab = new PostgreSqlLab();
        lab._servers.Add(await PostgreSqlServer.StartPrimaryAsync());
        lab._servers.AddRange(await Task.WhenAll(Enumerable.Range(0, replicas).Select(_ => lab.Primary.StartReplicaAsync())));
        return lab;
    }

    /// <summary>What the pools under test connect with: an ordinary user.</summary>
    internal static string ConnectionString(PostgreSqlServer server) => ConnectionString(server, server.Port);

    internal static string ConnectionString(PostgreSqlServer server, int port) => new NpgsqlConnectionStringBuilder(server.ConnectionString(port))
    {
        // Patience for a busy machine, which the fault lab must not have.
        CommandTimeout = 30,
    }.ConnectionString;

    internal static PostgreSqlProvider NewProvider(PostgreSqlServer server) => new(ConnectionString(server));

    /// <summary>Asks a server for its status, as an ordinary user or as one who may see everything.</summary>
    internal static async Task<ServerStatus> ReadStatusAsync(DatabaseProvider provider, PostgreSqlServer server, bool asAdministrator = false)
    {
        await using var connection = asAdministrator ? await server.OpenAdminAsync() : await server.OpenStrangerAsync();
        return await provider.ReadStatusAsync(connection, TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in Enumerable.Reverse(_servers))
        {
            await server.DisposeAsync();
        }
    }
}
