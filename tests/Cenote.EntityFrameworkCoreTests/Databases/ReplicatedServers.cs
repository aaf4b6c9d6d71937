using Cenote.TestServers;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

[assembly: AssemblyFixture(typeof(Cenote.EntityFrameworkCoreTests.Databases.ReplicatedServers))]

namespace Cenote.EntityFrameworkCoreTests.Databases;

/// <summary>
/// A primary and its streaming replica. Tests of a set share them, each with a copy of a database that has the shop's
/// tables.
/// </summary>
public sealed class ReplicatedServers : IAsyncDisposable
{
    private const string Template = "shop";

    private static readonly Lazy<Task<(PostgreSqlServer Primary, PostgreSqlServer Replica)>> Servers = new(StartAsync);
    private static readonly CancellationTokenSource Ended = new();
    private static Task s_committing = Task.CompletedTask;

    /// <summary>Creates a database.</summary>
    /// <returns>The connection strings of both servers.</returns>
    internal static async Task<(string Primary, string Replica)> CreateDatabaseAsync(string name)
    {
        var (primary, replica) = await Servers.Value;
        await primary.ExecuteAsync($"CREATE DATABASE {name} TEMPLATE {Template} OWNER worker");
        return (Text(primary, name), Text(replica, name));
    }

    /// <summary>Drops a database that no set uses any more.</summary>
    internal static async Task DropDatabaseAsync(string name) => await (await Servers.Value).Primary.ExecuteAsync($"DROP DATABASE {name} WITH (FORCE)");

    public async ValueTask DisposeAsync()
    {
        if (Servers.IsValueCreated)
        {
            var (primary, replica) = await Servers.Value;
            await Ended.CancelAsync();
            await s_committing;
            await replica.DisposeAsync();
            await primary.DisposeAsync();
        }
    }

    private static async Task<(PostgreSqlServer Primary, PostgreSqlServer Replica)> StartAsync()
    {
        var primary = await PostgreSqlServer.StartPrimaryAsync();
        await primary.ExecuteAsync($"CREATE DATABASE {Template} OWNER worker");
        var text = Text(primary, Template) + ";Pooling=false";
        await using (var context = new ShopContext(new DbContextOptionsBuilder().UseNpgsql(text).Options))
        {
            // Without the token of the test that happens to come first: others wait for this, too.
            await context.GetService<IRelationalDatabaseCreator>().CreateTablesAsync(CancellationToken.None);
        }

        // A database with sessions cannot be copied, and the server sees the end of a session a moment later.
        await using (var connection = await primary.OpenAdminAsync())
        await using (var count = connection.CreateCommand())
        {
            count.CommandText = $"SELECT count(*) FROM pg_stat_activity WHERE datname = '{Template}'";
            await Patience.SoonAsync(async () => (long)(await count.ExecuteScalarAsync())! == 0);
        }

        var replica = await primary.StartReplicaAsync();
        s_committing = CommitAsync(primary, Ended.Token);
        return (primary, replica);
    }

    /// <summary>
    /// Commits now and then, as the clients of a busy server do. What an open transaction has written is sent with the
    /// next commit, or up to 15 s later. Until then the replica does not reach a token that was read beside it.
    /// </summary>
    private static async Task CommitAsync(PostgreSqlServer primary, CancellationToken ended)
    {
        await using var connection = await primary.OpenAdminAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT pg_logical_emit_message(true, '', '')";
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        try
        {
            while (await timer.WaitForNextTickAsync(ended))
            {
                await command.ExecuteNonQueryAsync(CancellationToken.None);
            }
        }
        catch (OperationCanceledException)
        {
            // The servers are not needed any more.
        }
    }

    private static string Text(PostgreSqlServer server, string database) =>
        new NpgsqlConnectionStringBuilder(server.ConnectionString(server.Port)) { Database = database, CommandTimeout = 60 }.ConnectionString;
}
