using System.Data.Odbc;
using Cenote.ProviderTests.Profiles;

namespace Cenote.ProviderTests.Odbc;

/// <summary>
/// ODBC through an <see cref="AdoNetProvider"/> without settings for its driver, PostgreSQL's and MariaDB's. Their
/// exceptions leave <see cref="DbException.SqlState"/> empty, and a lost session throws no <see cref="DbException"/> at
/// all (findings/odbc-*).
/// </summary>
public sealed class OdbcTests
{
    [Theory]
    [InlineData(OdbcDatabase.PostgreSql)]
    [InlineData(OdbcDatabase.MariaDb)]
    public async Task Failures_are_known_by_the_SQLSTATE_of_the_driver(OdbcDatabase database)
    {
        var provider = NewProvider(database);
        await using var pool = NewPool(provider, maxSize: 2);
        var table = Statements.UniqueName("odbc");
        await pool.ExecuteAsync($"CREATE TABLE {table} (id int PRIMARY KEY, n int)", $"INSERT INTO {table} VALUES (1, 0), (2, 0)");

        Assert.Equal(FailureKind.Other, await FailAsync(provider, () => pool.ExecuteAsync($"INSERT INTO {table} VALUES (1, 1)")));
        Assert.Equal(FailureKind.Other, await FailAsync(provider, () => pool.ExecuteAsync("SELEC 1")));
        Assert.Equal(FailureKind.Transient, await FailAsync(provider, () => DeadlockAsync(pool, table)));

        await pool.ExecuteAsync($"DROP TABLE {table}");
    }

    // PostgreSQL's driver reports a wrong password as it reports a server that is not there.
    [Fact]
    public async Task A_wrong_password_of_MariaDB_is_known()
    {
        var wrong = new OdbcConnectionStringBuilder(ConnectionString(OdbcDatabase.MariaDb)) { ["PWD"] = "wrong" };
        var provider = new AdoNetProvider(OdbcFactory.Instance, wrong.ConnectionString, new AdoNetProviderOptions());
        using var connection = new OdbcConnection(wrong.ConnectionString);

        Assert.Equal(FailureKind.InvalidCredentials, await FailAsync(provider, () => connection.OpenAsync(Stop)));
    }

    [Theory]
    [InlineData(OdbcDatabase.PostgreSql)]
    [InlineData(OdbcDatabase.MariaDb)]
    public async Task Work_whose_session_is_lost_is_run_again(OdbcDatabase database)
    {
        await using var pool = NewPool(NewProvider(database), maxSize: 1);
        await using var administrator = await ConnectAsync(database);
        var isPostgreSql = database == OdbcDatabase.PostgreSql;
        var tries = 0;
        DbException? failure = null;
        await pool.ExecuteAsync(
            async (connection, token) =>
            {
                if (++tries == 1)
                {
                    var session = await connection.ScalarAsync<long>(isPostgreSql ? "SELECT pg_backend_pid()" : "SELECT CONNECTION_ID()");
                    await administrator.ExecuteAsync(isPostgreSql
                        ? $"SELECT pg_terminate_backend({session}, 60000)"
                        : $"KILL {session}");
                }

                try
                {
                    await connection.ExecuteAsync("SELECT 1");
                }
                catch (DbException exception)
                {
                    failure = exception;
                    throw;
                }
            },
            new RetryOptions { IsIdempotent = true, BaseDelay = TimeSpan.Zero },
            Stop);

        Assert.Equal(2, tries);
        Assert.True(failure is ConnectionLostException { IsTransient: true, InnerException: InvalidOperationException });
    }

    [Theory]
    [InlineData(OdbcDatabase.PostgreSql)]
    [InlineData(OdbcDatabase.MariaDb)]
    public async Task A_limit_ends_a_statement_and_a_new_session_follows(OdbcDatabase database)
    {
        await using var pool = NewPool(NewProvider(database), maxSize: 1);
        await using (var connection = await pool.OpenConnectionAsync(Stop))
        {
            // A cancel that comes before the statement runs can be lost. Not when a SLEEP(1) ends, either.
            connection.QueryTimeout = TimeSpan.FromMilliseconds(600);

            await Assert.ThrowsAsync<QueryTimeoutException>(() => connection.ExecuteAsync(Sleep(database)));

            connection.QueryTimeout = Timeout.InfiniteTimeSpan;
            Assert.Equal(1, await connection.ScalarAsync<int>("SELECT 1"));
        }

        // The cancel may still be on its way, and must not meet the next holder.
        Assert.Equal(1, await pool.ScalarAsync<int>("SELECT 1"));
        Assert.Equal(1, pool.GetStatistics().ConnectionsClosedByReason[CloseReason.CancelOutcomeUnknown]);
    }

    private static string Sleep(OdbcDatabase database) =>
        database == OdbcDatabase.PostgreSql ? "SELECT pg_sleep(60)" : "SELECT SUM(SLEEP(1)) FROM information_schema.COLLATIONS WHERE ID < 60";

    private static async Task DeadlockAsync(ConnectionPool pool, string table)
    {
        await using var one = await pool.OpenConnectionAsync(Stop);
        await using var other = await pool.OpenConnectionAsync(Stop);
        await using var first = await one.BeginTransactionAsync(Stop);
        await using var second = await other.BeginTransactionAsync(Stop);
        await ChangeAsync(one, first, 1);
        await ChangeAsync(other, second, 2);
        await Task.WhenAll(CrossAsync(one, first, 2), CrossAsync(other, second, 1));

        Task CrossAsync(PooledConnection connection, DbTransaction transaction, int id) => Task.Run(
            async () =>
            {
                try
                {
                    await ChangeAsync(connection, transaction, id);
                }
                finally
                {
                    // The victim's locks are free for the other one.
                    await transaction.RollbackAsync(Stop);
                }
            },
            Stop);

        async Task ChangeAsync(PooledConnection connection, DbTransaction transaction, int id)
        {
            await using var command = connection.CreateCommand();
            (command.Transaction, command.CommandText) = (transaction, $"UPDATE {table} SET n = n + 1 WHERE id = {id}");
            await command.ExecuteNonQueryAsync(Stop);
        }
    }

    private static async Task<FailureKind> FailAsync(AdoNetProvider provider, Func<Task> act) =>
        provider.ClassifyFailure(await Assert.ThrowsAnyAsync<Exception>(act));

    private static async Task<OdbcConnection> ConnectAsync(OdbcDatabase database)
    {
        var connection = new OdbcConnection(ConnectionString(database));
        await connection.OpenAsync(Stop);
        return connection;
    }

    private static AdoNetProvider NewProvider(OdbcDatabase database) => new(OdbcFactory.Instance, ConnectionString(database), new AdoNetProviderOptions());

    private static ConnectionPool NewPool(AdoNetProvider provider, int maxSize) => new(
        provider, new ConnectionPoolOptions { MinSize = 0, MaxSize = maxSize, AcquireTimeout = TimeSpan.FromMinutes(2) });

    private static string ConnectionString(OdbcDatabase database) =>
        database == OdbcDatabase.PostgreSql ? OdbcDrivers.PostgreSql() : OdbcDrivers.MariaDb();
}
