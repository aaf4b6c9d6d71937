using Npgsql;

[assembly: AssemblyFixture(typeof(Cenote.EntityFrameworkCoreTests.Databases.ShopTemplate))]

namespace Cenote.EntityFrameworkCoreTests.Databases;

/// <summary>
/// A database of PostgreSQL with the shop's tables. The tests copy it, which saves the sessions and statements that
/// create the tables.
/// </summary>
public sealed class ShopTemplate : IAsyncDisposable
{
    private static readonly string Name = "ef_template_" + Guid.NewGuid().ToString("N");
    private static readonly Lazy<Task> Template = new(CreateAsync);

    internal static async Task CopyAsync(string connectionString)
    {
        var copy = new NpgsqlConnectionStringBuilder(connectionString).Database;
        await Template.Value;
        await RunAsync($"CREATE DATABASE {copy} TEMPLATE {Name}");
    }

    public async ValueTask DisposeAsync()
    {
        if (Template.IsValueCreated)
        {
            await RunAsync($"DROP DATABASE IF EXISTS {Name} WITH (FORCE)");
        }
    }

    private static async Task CreateAsync()
    {
        var text = new NpgsqlConnectionStringBuilder(RealServers.PostgreSql) { Database = Name, Pooling = false }.ConnectionString;
        await using var context = new ShopContext(new DbContextOptionsBuilder<ShopContext>().UseNpgsql(text).Options);

        // Without the token of the test that happens to come first: others wait for this, too.
        await context.Database.EnsureCreatedAsync(CancellationToken.None);

        // A database with sessions cannot be copied, and the server sees the end of a session a moment later.
        await using var connection = await ConnectAsync();
        await using var count = new NpgsqlCommand($"SELECT count(*) FROM pg_stat_activity WHERE datname = '{Name}'", connection);
        await Patience.SoonAsync(async () => (long)(await count.ExecuteScalarAsync())! == 0);
    }

    private static async Task RunAsync(string sql)
    {
        await using var connection = await ConnectAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<NpgsqlConnection> ConnectAsync()
    {
        var connection = new NpgsqlConnection(RealServers.PostgreSql);
        await connection.OpenAsync();
        return connection;
    }
}
