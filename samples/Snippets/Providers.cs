using System.Data.Common;
using Cenote;
using Cenote.Providers;
using Microsoft.Data.SqlClient;

namespace Snippets;

internal static class Providers
{
    private enum Mood
    {
        Calm,
        Busy,
    }

    internal static ConnectionPool PostgreSql(string connectionString)
    {
        #region postgresql
        var pool = new ConnectionPoolBuilder()
            .UsePostgreSql(connectionString, builder => builder.MapEnum<Mood>()) // the pool's NpgsqlDataSourceBuilder
            .Configure(options => options.SessionReset = SessionReset.ByPool) // for leases that take advisory locks or LISTEN
            .Build();
        #endregion
        return pool;
    }

    internal static ConnectionPool MySql(string connectionString)
    {
        #region mysql
        var pool = new ConnectionPoolBuilder()
            .UseMySql(connectionString + ";Cancellation Timeout=-1")
            .WithQueryTimeout(TimeSpan.FromSeconds(5)) // at the server: max_statement_time, max_execution_time
            .Build();
        #endregion
        return pool;
    }

    internal static async Task<ConnectionPool> SqliteAsync()
    {
        #region sqlite
        var pool = new ConnectionPoolBuilder()
            .UseSqlite("Data Source=shop.db", new SqliteProviderOptions
            {
                Synchronous = SqliteSynchronous.Full,
                ConfigureConnection = connection => connection.CreateFunction("double", (long x) => 2 * x),
            })
            .Build();

        await using var lease = await pool.RentAsync();
        var connection = (Microsoft.Data.Sqlite.SqliteConnection)lease.Connection;
        await using var transaction = connection.BeginTransaction(deferred: false); // it will write: take the lock now
        #endregion
        return pool;
    }

    internal static async Task SqlServerAsync(string connectionString, Func<CancellationToken, Task<SqlAuthenticationToken>> getToken)
    {
        #region sqlserver
        var pool = new ConnectionPoolBuilder()
            .UseSqlServer(connectionString, connection => connection.AccessTokenCallback = (_, cancellationToken) => getToken(cancellationToken))
            .WithQueryTimeout(TimeSpan.FromSeconds(5))
            .Build();

        await using var lease = await pool.RentAsync();
        using var copy = new SqlBulkCopy((SqlConnection)lease.Connection) { DestinationTableName = "orders" };
        #endregion
    }

    internal static async Task OracleAsync(DbProviderFactory oracle, string connectionString)
    {
        #region oracle
        // oracle: OracleClientFactory.Instance of the package Oracle.ManagedDataAccess.Core, which your application
        // references
        var pool = new ConnectionPoolBuilder()
            .UseOracle(oracle, connectionString, new OracleProviderOptions
            {
                ResetStatements = "EXECUTE IMMEDIATE 'ALTER SESSION SET TIME_ZONE = ''UTC''';", // what your leases change, and the reset does not cover
            })
            .Build();

        await using var lease = await pool.RentAsync();
        var status = await pool.Provider.ReadStatusAsync(lease.Connection, CancellationToken.None); // primary or standby, and its lag
        #endregion
        Console.WriteLine(status.Role);
    }
}
