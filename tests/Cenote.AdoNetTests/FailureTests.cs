using MySqlConnector;
using Npgsql;

namespace Cenote.AdoNetTests;

public class FailureTests
{
    [Theory, ClassData<EveryDatabase>]
    public async Task A_failure_passes_through_unchanged_and_is_reported_once(Db db)
    {
        var provider = new CountingProvider(TestPool.CreateProvider(db));
        await using var pool = TestPool.Create(provider, db);
        await using var connection = await pool.OpenConnectionAsync();
        await using var command = connection.Command("SELECT nonsense FROM nowhere");
        provider.TakeAsked();

        void Check(Exception exception)
        {
            Assert.IsType(
                db switch
                {
                    Db.Sqlite => typeof(Microsoft.Data.Sqlite.SqliteException),
                    Db.MariaDb => typeof(MySqlException),
                    _ => typeof(PostgresException),
                },
                exception);
            Assert.Same(exception, Assert.Single(provider.TakeAsked()));
        }

        Check(Assert.ThrowsAny<Exception>(() => command.ExecuteScalar()));
        Check(await Assert.ThrowsAnyAsync<Exception>(() => command.ExecuteScalarAsync()));
        Check(Assert.ThrowsAny<Exception>(() => command.ExecuteNonQuery()));
        Check(await Assert.ThrowsAnyAsync<Exception>(() => command.ExecuteNonQueryAsync()));
        Check(Assert.ThrowsAny<Exception>(() => command.ExecuteReader()));
        Check(await Assert.ThrowsAnyAsync<Exception>(() => command.ExecuteReaderAsync()));
        Check(Assert.ThrowsAny<Exception>(() =>
        {
            using var ofPool = pool.CreateCommand("SELECT 1");
            connection.Close();
            ofPool.CommandText = "SELECT nonsense FROM nowhere";
            ofPool.ExecuteReader();
        }));
    }

    [Theory, ClassData<EveryDatabase>]
    public async Task A_failure_of_a_statement_that_has_a_limit_is_reported_once(Db db)
    {
        var provider = new CountingProvider(TestPool.CreateProvider(db));
        await using var pool = TestPool.Create(provider, db, configure: options => options.QueryTimeout = TimeSpan.FromMinutes(5));
        await using var connection = await pool.OpenConnectionAsync();
        await using var command = connection.Command("SELECT nonsense FROM nowhere");
        using var cancellation = new CancellationTokenSource();
        provider.TakeAsked();

        var failure = await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => command.ExecuteScalarAsync(cancellation.Token));

        Assert.Same(failure, Assert.Single(provider.TakeAsked()));
    }

    [Theory, ClassData<PostgreSqlDatabases>]
    public async Task A_failure_in_the_midst_of_rows_is_reported_once(Db db)
    {
        var provider = new CountingProvider(TestPool.CreateProvider(db));
        await using var pool = TestPool.Create(provider, db);
        await using var connection = await pool.OpenConnectionAsync();

        // The rows fill the driver's buffer several times before the failing one.
        await using var command = connection.Command("SELECT repeat('x', 5000), 1 / (50 - x) FROM generate_series(1, 60) x");
        await using (var reader = await command.ExecuteReaderAsync())
        {
            var failure = await Assert.ThrowsAsync<PostgresException>(async () =>
            {
                while (await reader.ReadAsync())
                {
                }
            });
            Assert.Equal(PostgresErrorCodes.DivisionByZero, failure.SqlState);
            Assert.Same(failure, Assert.Single(provider.TakeAsked()));
        }

        using (var reader = command.ExecuteReader())
        {
            var failure = Assert.Throws<PostgresException>(() =>
            {
                while (reader.Read())
                {
                }
            });
            Assert.Same(failure, Assert.Single(provider.TakeAsked()));
        }

        Assert.Equal(1, await connection.ReadNumberAsync("SELECT 1"));
    }

    [Theory, ClassData<PostgreSqlDatabases>]
    public async Task A_failure_after_an_unreadable_value_is_thrown_by_closing_the_reader(Db db)
    {
        await using var pool = TestPool.Create(db);
        await using var table = await TestTable.CreateAsync(pool, rows: 1);
        var sql = $"INSERT INTO {table.Name} (id) VALUES (2); SELECT 'text'; INSERT INTO {table.Name} (id) VALUES (1)";
        await using (var connection = await pool.OpenConnectionAsync())
        {
            await using var command = connection.Command(sql);
            AssertDuplicate(Assert.ThrowsAny<DbException>(() =>
            {
                using var reader = command.ExecuteReader();
                ReadWrongly(reader);
            }));
            await connection.RunAsync($"DELETE FROM {table.Name} WHERE id = 2");
            AssertDuplicate(await Assert.ThrowsAnyAsync<DbException>(async () =>
            {
                await using var reader = await command.ExecuteReaderAsync();
                ReadWrongly(reader);
            }));
            await connection.RunAsync($"DELETE FROM {table.Name} WHERE id = 2");
        }

        // Nor does the pool take the work for done.
        AssertDuplicate(await Assert.ThrowsAnyAsync<DbException>(() => pool.ExecuteAsync(async (connection, token) =>
        {
            await using var command = connection.Command(sql);
            await using var reader = await command.ExecuteReaderAsync(token);
            ReadWrongly(reader);
        })));
    }

    [Theory, ClassData<PostgreSqlDatabases>]
    public async Task A_lost_connection_is_replaced(Db db)
    {
        await using var pool = TestPool.Create(db, maxSize: 2);
        await using var killer = await pool.OpenConnectionAsync();
        var connection = await pool.OpenConnectionAsync();
        var lost = await connection.ReadNumberAsync("SELECT pg_backend_pid()");
        await killer.RunAsync($"SELECT pg_terminate_backend({lost})");
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => connection.RunAsync("SELECT 1"));
        await connection.DisposeAsync();

        await using var next = await pool.OpenConnectionAsync();
        Assert.NotEqual(lost, await next.ReadNumberAsync("SELECT pg_backend_pid()"));
        Assert.Equal(1, pool.GetStatistics().ConnectionsClosedByReason[CloseReason.ConnectionLost]);
    }

    [Theory, ClassData<PostgreSqlDatabases>]
    public async Task An_execution_is_cancelled_by_its_command_and_by_its_token(Db db)
    {
        await using var pool = TestPool.Create(db, maxSize: 2);
        await using var watcher = await pool.OpenConnectionAsync();
        await using var connection = await pool.OpenConnectionAsync();
        var process = await connection.ReadNumberAsync("SELECT pg_backend_pid()");
        await watcher.RunAsync("SELECT pg_advisory_lock(815)");
        await using var command = connection.Command("SELECT pg_advisory_lock(815)");

        var byCommand = command.ExecuteNonQueryAsync();
        await UntilBlockedAsync(watcher, process);
        command.Cancel();
        var cancelled = await Assert.ThrowsAnyAsync<Exception>(() => byCommand);
        Assert.Equal(PostgresErrorCodes.QueryCanceled, Assert.IsType<PostgresException>(cancelled.InnerException).SqlState);

        using var cancellation = new CancellationTokenSource();
        var byToken = command.ExecuteNonQueryAsync(cancellation.Token);
        await UntilBlockedAsync(watcher, process);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => byToken);
        Assert.Equal(process, await connection.ReadNumberAsync("SELECT pg_backend_pid()"));
    }

    private static void ReadWrongly(DbDataReader reader)
    {
        Assert.True(reader.Read());
        Assert.Throws<InvalidCastException>(() => reader.GetInt32(0));
        Assert.Equal("text", reader.GetString(0));
    }

    private static void AssertDuplicate(DbException failure) =>
        Assert.Equal(PostgresErrorCodes.UniqueViolation, Assert.IsType<PostgresException>(failure).SqlState);

    private static async Task UntilBlockedAsync(PooledConnection watcher, long process)
    {
        while (await watcher.ReadNumberAsync($"SELECT cardinality(pg_blocking_pids({process}))") == 0)
        {
            await Task.Yield();
        }
    }
}
