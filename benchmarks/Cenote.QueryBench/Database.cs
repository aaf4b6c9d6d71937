using Cenote.Reporting;
using MySqlConnector;
using Npgsql;

namespace Cenote.QueryBench;

/// <summary>A database, its driver's pool, and our pool, all with a full reset between leases.</summary>
/// <param name="Name">The database's name.</param>
/// <param name="Goal">The ratio to reach.</param>
/// <param name="Sides">The driver's own pool first.</param>
/// <param name="Description">Versions of server and driver.</param>
internal sealed record Database(string Name, double Goal, IReadOnlyList<ISide> Sides, string Description) : IAsyncDisposable
{
    internal static async Task<Database> PostgreSqlAsync(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString) { MinPoolSize = Query.Connections, MaxPoolSize = Query.Connections };
        var driver = NpgsqlDataSource.Create(settings);
        var pool = await BuildAsync(new PostgreSqlProvider(connectionString));
        await using var connection = await driver.OpenConnectionAsync();
        return new Database(
            "PostgreSQL", 1.0, [new DriverSide("Npgsql's pool", driver), new LeaseSide(pool), new ConnectionSide(pool)],
            $"PostgreSQL {connection.ServerVersion} through Npgsql {Machine.VersionOf(typeof(NpgsqlConnection))}");
    }

    internal static async Task<Database> MariaDbAsync(string connectionString)
    {
        var settings = new MySqlConnectionStringBuilder(connectionString)
        {
            MinimumPoolSize = Query.Connections,
            MaximumPoolSize = Query.Connections,
            ConnectionReset = true,
        };
        var driver = new MySqlDataSource(settings.ConnectionString);
        var pool = await BuildAsync(new MySqlProvider(connectionString));
        await using var connection = await driver.OpenConnectionAsync();
        return new Database(
            "MariaDB", 1.2, [new DriverSide("MySqlConnector's pool", driver), new LeaseSide(pool), new ConnectionSide(pool)],
            $"MariaDB {connection.ServerVersion} through MySqlConnector {Machine.VersionOf(typeof(MySqlConnection))}");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var side in Sides)
        {
            await side.DisposeAsync();
        }
    }

    private static async Task<ConnectionPool> BuildAsync(Providers.DatabaseProvider provider)
    {
        var pool = new ConnectionPoolBuilder().UseProvider(provider).WithSize(Query.Connections, Query.Connections).WithResetMode(ResetMode.Full).Build();
        await pool.WaitUntilReadyAsync();
        return pool;
    }
}
