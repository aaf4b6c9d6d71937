using MySqlConnector;
using Npgsql;

namespace Cenote.SharedBudgetTests.Engines;

/// <summary>A real database whose connections the instances share.</summary>
internal sealed class FleetDatabase
{
    private readonly Func<string, BudgetDatabase> _describe;

    private FleetDatabase(string connectionString, Func<string, BudgetDatabase> describe) => (ConnectionString, _describe) = (connectionString, describe);

    internal string ConnectionString { get; }

    internal required Func<ConnectionPoolBuilder, string, ConnectionPoolBuilder> Use { get; init; }

    internal required Func<Task<DbConnection>> OpenAdminAsync { get; init; }

    /// <summary>Gets the question how many sessions the user of the pools has.</summary>
    internal required string CountSessions { get; init; }

    /// <summary>Gets a statement that takes 20 ms.</summary>
    internal required string Work { get; init; }

    /// <summary>
    /// A PostgreSQL of the test run. Other tests use it too, so that the label tells the sessions apart.
    /// </summary>
    internal static FleetDatabase PostgreSql(string label) => new(
        new NpgsqlConnectionStringBuilder(RealServers.PostgreSqlOrdinary) { ApplicationName = label }.ConnectionString,
        static connectionString => BudgetDatabase.PostgreSql(NpgsqlFactory.Instance, connectionString))
    {
        Use = static (pool, connectionString) => pool.UsePostgreSql(connectionString),
        OpenAdminAsync = static async () =>
        {
            var connection = new NpgsqlConnection(RealServers.PostgreSql);
            await connection.OpenAsync();
            return connection;
        },

        // The server cuts the name to make room for the label.
        CountSessions = $"SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE '{label[..34]}%'",
        Work = "SELECT pg_sleep(0.02)",
    };

    /// <summary>The MariaDB of the test run, which does not tell sessions apart.</summary>
    internal static FleetDatabase MariaDb() => MariaDb(RealServers.MySql, static async () =>
    {
        var connection = new MySqlConnection(RealServers.MySql);
        await connection.OpenAsync();
        return connection;
    });

    internal static FleetDatabase MariaDb(MariaDbServer server) => MariaDb(server.ConnectionString(server.Port), server.OpenAdminAsync);

    private static FleetDatabase MariaDb(string text, Func<Task<DbConnection>> openAdmin) => new(
        text, static connectionString => BudgetDatabase.MySql(MySqlConnectorFactory.Instance, connectionString))
    {
        Use = static (pool, connectionString) => pool.UseMySql(connectionString),
        OpenAdminAsync = openAdmin,
        CountSessions = "SELECT count(*) FROM information_schema.processlist WHERE user = 'worker'",
        Work = "SELECT sleep(0.02)",
    };

    internal BudgetDatabase Describe() => _describe(ConnectionString);
}
