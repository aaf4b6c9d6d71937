using Cenote.ReadReplicasTests.Servers;
using Npgsql;

namespace Cenote.ReadReplicasTests.PostgreSql;

internal sealed class PostgreSqlLab : ReplicationLab<PostgreSqlServer>
{
    private PostgreSqlLab(PostgreSqlServer primary, params IEnumerable<PostgreSqlServer> replicas)
        : base(primary, replicas)
    {
    }

    internal static async Task<PostgreSqlLab> StartAsync(int replicas)
    {
        var primary = await PostgreSqlServer.StartPrimaryAsync();
        return new PostgreSqlLab(primary, await Task.WhenAll(Enumerable.Range(0, replicas).Select(_ => primary.StartReplicaAsync())));
    }

    /// <summary>The connection string of an ordinary user.</summary>
    internal static string ConnectionString(PostgreSqlServer server) => ConnectionString(server, server.Port);

    // With patience for a busy machine, which the fault lab must not have.
    internal static string ConnectionString(PostgreSqlServer server, int port) =>
        new NpgsqlConnectionStringBuilder(server.ConnectionString(port)) { CommandTimeout = 30 }.ConnectionString;

    internal static PostgreSqlProvider NewProvider(PostgreSqlServer server) => new(ConnectionString(server));
}
