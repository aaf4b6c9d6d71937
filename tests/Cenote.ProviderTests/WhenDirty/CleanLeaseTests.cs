using System.Data;
using System.Data.Common;
using Cenote.MySql;

namespace Cenote.ProviderTests.WhenDirty;

/// <summary>Which leases are followed by a reset, with real servers.</summary>
public sealed class CleanLeaseTests
{
    public static TheoryData<string> Databases => ["postgresql", "postgresql, by the pool", "mysql"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Databases))]
    public async Task Lease_of_plain_statements_is_not_reset(string database)
    {
        await using var pool = Pools.New(database);
        await using (var connection = await pool.OpenConnectionAsync(Token))
        {
            await connection.ExecuteAsync("SELECT 1");
            await using var transaction = await connection.BeginTransactionAsync(Token);
            await connection.ExecuteAsync("SELECT lower('A'), count(*) FROM information_schema.tables WHERE table_schema = 'none' AND table_name = 'none'");
            await transaction.CommitAsync(Token);
            await connection.ExecuteAsync("BEGIN");
            await connection.ExecuteAsync("SELECT 2");
            await connection.ExecuteAsync("COMMIT");
        }

        Assert.Equal((0, 1), (pool.GetStatistics().ResetsStarted, pool.GetStatistics().ResetsSaved));
        Assert.Equal(1, pool.GetStatistics().Counts.Idle);
    }

    [Theory]
    [MemberData(nameof(Databases))]
    public async Task Session_is_reset_after_anything_that_may_have_changed_it(string database)
    {
        await using var pool = Pools.New(database);
        foreach (var dirty in Dirtying(pool))
        {
            var before = pool.GetStatistics();
            await using (var connection = await pool.OpenConnectionAsync(Token))
            {
                await connection.ExecuteAsync("SELECT 1");
                await dirty(connection);
            }

            await using (await pool.OpenConnectionAsync(Token))
            {
            }

            var after = pool.GetStatistics();
            Assert.Equal((before.ResetsStarted + 1, before.ResetsSaved + 1), (after.ResetsStarted, after.ResetsSaved));
        }

        Assert.Equal(1, pool.GetStatistics().ConnectionsOpened);
    }

    [Theory]
    [MemberData(nameof(Databases))]
    public async Task Raw_lease_is_dirty_once_its_connection_was_read(string database)
    {
        await using var pool = Pools.New(database);
        await using (await pool.RentAsync(Token))
        {
        }

        Assert.Equal((0, 1), (pool.GetStatistics().ResetsStarted, pool.GetStatistics().ResetsSaved));
        await using (var lease = await pool.RentAsync(Token))
        {
            Assert.Equal(ConnectionState.Open, lease.Connection.State);
        }

        Assert.Equal((1, 1), (pool.GetStatistics().ResetsStarted, pool.GetStatistics().ResetsSaved));
    }

    [Theory]
    [MemberData(nameof(Databases))]
    public async Task Clean_lease_passes_its_connection_to_a_waiting_caller(string database)
    {
        await using var pool = Pools.New(database);
        var first = await pool.OpenConnectionAsync(Token);
        await first.ExecuteAsync("SELECT 1");
        var second = pool.OpenConnectionAsync(Token).AsTask();
        Assert.False(second.IsCompleted);

        await first.CloseAsync();

        Assert.Equal((1, 0), (pool.GetStatistics().Counts.Leased, pool.GetStatistics().Counts.Idle));
        await using var connection = await second;
        Assert.Equal(1, await connection.ScalarAsync<int>("SELECT 1"));
        Assert.Equal((0, 1), (pool.GetStatistics().ResetsStarted, pool.GetStatistics().ResetsSaved));
    }

    [Theory]
    [MemberData(nameof(Databases))]
    public async Task Connection_that_was_closed_at_the_server_is_not_kept_as_clean(string database)
    {
        await using var pool = Pools.New(database);
        await using (var connection = await pool.OpenConnectionAsync(Token))
        {
            await Assert.ThrowsAnyAsync<DbException>(() => connection.ExecuteAsync(
                database == "mysql" ? "KILL CONNECTION_ID()" : "SELECT pg_terminate_backend(pg_backend_pid())"));
        }

        Assert.Equal(1, await pool.ScalarAsync<int>("SELECT 1"));
        Assert.Equal(2, pool.GetStatistics().ConnectionsOpened);
    }

    [Fact]
    public async Task Warnings_of_the_last_statement_are_not_left_to_the_next_lease()
    {
        await using var pool = Pools.New("mysql");
        await pool.ExecuteAsync("SELECT CAST('secret' AS DATE)");
        Assert.Equal(1, pool.GetStatistics().ResetsStarted);
        await using var connection = await pool.OpenConnectionAsync(Token);
        Assert.Null(await connection.ScalarAsync<string>("SHOW WARNINGS"));
    }

    [Theory]
    [InlineData(IsolationLevel.Unspecified, 0)]
    [InlineData(IsolationLevel.RepeatableRead, 0)]
    [InlineData(IsolationLevel.Serializable, 1)]
    public async Task Isolation_level_of_a_transaction_does_not_outlive_it(IsolationLevel requested, int resets)
    {
        await using var pool = Pools.New("mysql");
        await using (var connection = await pool.OpenConnectionAsync(Token))
        {
            await using var transaction = await connection.BeginTransactionAsync(requested, Token);
            await transaction.CommitAsync(Token);
        }

        Assert.Equal(resets, pool.GetStatistics().ResetsStarted);
        await using var next = await pool.OpenConnectionAsync(Token);
        Assert.Equal("REPEATABLE-READ", await next.ScalarAsync<string>("SELECT @@tx_isolation"));
    }

    // A server with another default would keep this level in the session.
    [Fact]
    public async Task MySqlConnector_sets_a_level_also_when_none_is_requested()
    {
        await using var pool = new ConnectionPoolBuilder().UseMySql(RealServers.MySql).WithResetMode(ResetMode.None).WithSize(0, 1).Build();
        await using var connection = await pool.OpenConnectionAsync(Token);
        await connection.ExecuteAsync("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED");
        await using (await connection.BeginTransactionAsync(Token))
        {
        }

        Assert.Equal("REPEATABLE-READ", await connection.ScalarAsync<string>("SELECT @@tx_isolation"));
        Assert.False(MySqlSession.KeepsLevel("READ-COMMITTED", IsolationLevel.Unspecified));
        Assert.True(MySqlSession.KeepsLevel("READ-COMMITTED", IsolationLevel.ReadCommitted));
        Assert.False(MySqlSession.KeepsLevel(null, IsolationLevel.Unspecified));
    }

    private static IEnumerable<Func<PooledConnection, Task>> Dirtying(ConnectionPool pool)
    {
        var isMySql = pool.Provider.DatabaseSystem == "mysql";
        yield return connection => connection.ExecuteAsync(isMySql ? "SET @x = 1" : "SET work_mem = '1MB'");
        yield return connection => connection.ExecuteAsync("BEGIN");
        yield return async connection => await connection.BeginTransactionAsync(Token);
        yield return connection => Assert.ThrowsAnyAsync<DbException>(() => connection.ExecuteAsync("SELECT no_such_column"));
        yield return async connection =>
        {
            await using var command = connection.CreateCommand();
            command.CommandText = "SELECT 1";
            await command.PrepareAsync(Token);
        };
        yield return async connection =>
        {
            await using var command = connection.CreateCommand();
            command.CommandText = "SELECT 1; SELECT 2";
            var reader = await command.ExecuteReaderAsync(Token);
            Assert.True(await reader.ReadAsync(Token));
        };
        yield return async connection =>
        {
            await using var command = connection.CreateCommand();
            Assert.NotNull(command.Unwrap<DbCommand>());
            command.CommandText = "SELECT 1";
            await command.ExecuteScalarAsync(Token);
        };
        yield return connection => Task.FromResult(connection.Unwrap<DbConnection>());
        yield return connection => connection.GetSchemaAsync(Token);
        yield return async connection =>
        {
            await using var batch = connection.CreateBatch();
            batch.BatchCommands.Add(Command(batch, "SELECT 1"));
            batch.BatchCommands.Add(Command(batch, isMySql ? "SET @x = 1" : "SET work_mem = '1MB'"));
            await batch.ExecuteNonQueryAsync(Token);
        };
        yield return connection =>
        {
            connection.InitializeOnce(Guid.NewGuid(), static _ => { });
            return Task.CompletedTask;
        };
    }

    private static DbBatchCommand Command(DbBatch batch, string text)
    {
        var command = batch.CreateBatchCommand();
        command.CommandText = text;
        return command;
    }
}
