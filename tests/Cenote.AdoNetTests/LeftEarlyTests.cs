using Dapper;

namespace Cenote.AdoNetTests;

/// <summary>Queries that are left before their last row. Mappers cancel them, which must cost no connection.</summary>
public class LeftEarlyTests
{
    private const int Times = 20;

    // A driver that takes a second to send a cancel on a busy machine leaves it in doubt, and the connection must be
    // replaced. Not time after time.
    private const int MostInDoubt = 3;

    /// <summary>Rows that are all here already, some that are on their way, and more than any buffer takes.</summary>
    public static MatrixTheoryData<Db, int> EverySize => new(Enum.GetValues<Db>(), [10, 900, 200_000]);

    [Theory]
    [MemberData(nameof(EverySize))]
    public async Task A_query_that_Dapper_streams_and_leaves_costs_no_connection(Db db, int rows)
    {
        await using var pool = TestPool.Create(db);
        await RepeatAsync(pool, connection =>
        {
            Assert.Equal(1, connection.Query<long>(Rows(db, rows), buffered: false).First());
            return Task.CompletedTask;
        });
    }

    [Theory]
    [MemberData(nameof(EverySize))]
    public async Task A_query_that_Dapper_streams_awaited_and_leaves_costs_no_connection(Db db, int rows)
    {
        await using var pool = TestPool.Create(db);
        await RepeatAsync(pool, async connection =>
        {
            await foreach (var row in connection.QueryUnbufferedAsync<long>(Rows(db, rows)))
            {
                Assert.Equal(1, row);
                break;
            }
        });
    }

    [Theory]
    [InlineData(Db.PostgreSqlOwnReset, "25P02")]
    [InlineData(Db.PostgreSqlDriverReset, "25P02")]
    [InlineData(Db.MariaDb, null)]
    [InlineData(Db.Sqlite, null)]
    public async Task A_streamed_query_that_is_left_aborts_only_a_transaction_of_PostgreSQL(Db db, string? failsWith)
    {
        await using var pool = TestPool.Create(db);
        await using var connection = await pool.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();

        // More than the network takes in advance, so that it is still running.
        Assert.Equal(1, connection.Query<long>(Rows(db, failsWith is null ? 200_000 : 50_000_000), transaction: transaction, buffered: false).First());
        var failure = await Record.ExceptionAsync(() => connection.ExecuteAsync("SELECT 1", transaction: transaction));
        Assert.Equal(failsWith, (failure as DbException)?.SqlState);
    }

    [Theory, ClassData<EveryDatabase>]
    public async Task A_query_that_is_left_under_a_query_timeout_costs_no_connection(Db db)
    {
        await using var pool = TestPool.Create(db, configure: static options => options.QueryTimeout = TimeSpan.FromMinutes(1));
        await RepeatAsync(pool, connection =>
        {
            connection.QueryTimeout = TimeSpan.FromMinutes(2);
            Assert.Equal(1, connection.Query<long>(Rows(db, 900), buffered: false).First());
            return Task.CompletedTask;
        });
    }

    [Theory, ClassData<EveryDatabase>]
    public async Task A_query_that_is_left_on_a_routed_connection_costs_no_connection(Db db)
    {
        await using var pool = TestPool.Create(db);
        await using var routed = new OnePoolSource(pool);
        for (var i = 0; i < Times; i++)
        {
            await using var connection = await routed.OpenConnectionAsync();
            Assert.Equal(1, connection.Query<long>(Rows(db, 900), buffered: false).First());
        }

        ShowKept(pool);
    }

    [Theory, ClassData<EveryDatabase>]
    public async Task A_cancel_between_two_rows_costs_no_connection_and_spares_the_next_statement(Db db)
    {
        await using var pool = TestPool.Create(db);
        await RepeatAsync(pool, async connection =>
        {
            await using var command = connection.Command(Rows(db, 900));
            await using (var reader = await command.ExecuteReaderAsync())
            {
                Assert.True(await reader.ReadAsync());
                command.Cancel();
                command.Cancel();
            }

            command.Cancel();
            Assert.Equal(1, (await command.ExecuteScalarAsync()).ToNumber());
        });
    }

    [Theory, ClassData<EveryDatabase>]
    public async Task A_cancel_of_a_command_that_is_not_executing_does_nothing(Db db)
    {
        await using var pool = TestPool.Create(db);
        await using var unopened = pool.CreateConnection();
        await using var early = unopened.Command("SELECT 5");
        early.Cancel();
        for (var i = 0; i < Times; i++)
        {
            await using var connection = await pool.OpenConnectionAsync();
            await using var command = connection.Command("SELECT 5");
            command.Cancel();
            Assert.Equal(5, command.ExecuteScalar().ToNumber());
            command.Cancel();
            await using (var reader = await command.ExecuteReaderAsync())
            {
                while (await reader.ReadAsync())
                {
                }
            }

            command.Cancel();
        }

        Assert.Empty(pool.GetStatistics().ConnectionsClosedByReason);
        Assert.Equal(1, pool.GetStatistics().ConnectionsOpened);
    }

    [Theory, ClassData<ServerDatabases>]
    public async Task A_batch_that_is_cancelled_and_left_costs_no_connection(Db db)
    {
        await using var pool = TestPool.Create(db);
        await RepeatAsync(pool, async connection =>
        {
            await using var batch = connection.CreateBatch();
            for (var i = 0; i < 2; i++)
            {
                var command = batch.CreateBatchCommand();
                command.CommandText = Rows(db, 900);
                batch.BatchCommands.Add(command);
            }

            batch.Cancel();
            await using var reader = await batch.ExecuteReaderAsync();
            Assert.True(await reader.ReadAsync());
            batch.Cancel();
        });
    }

    [Theory, ClassData<EveryDatabase>]
    public async Task A_reader_that_is_left_with_its_token_cancelled_costs_no_connection(Db db)
    {
        await using var pool = TestPool.Create(db);
        await RepeatAsync(pool, async connection =>
        {
            using var source = new CancellationTokenSource();
            await using var command = connection.Command(Rows(db, 900));
            await using var reader = await command.ExecuteReaderAsync(source.Token);
            Assert.True(await reader.ReadAsync(source.Token));
            await source.CancelAsync();

            // Some drivers still return rows that they have buffered.
            await Record.ExceptionAsync(() => reader.ReadAsync(source.Token));
        });
    }

    [Theory, ClassData<EveryDatabase>]
    public async Task A_read_that_another_thread_cancels_ends_and_costs_no_connection(Db db)
    {
        await using var pool = TestPool.Create(db);
        for (var i = 0; i < Times / 3; i++)
        {
            await using var connection = await pool.OpenConnectionAsync();
            await using var command = connection.Command(SlowQuery.RowsOn(db));
            await using var reader = await command.ExecuteReaderAsync();
            var cancelling = Task.CompletedTask;
            await Assert.ThrowsAnyAsync<Exception>(async () =>
            {
                while (true)
                {
                    var reading = reader.ReadAsync();
                    cancelling = Task.Run(command.Cancel);
                    Assert.True(await reading);
                }
            });
            await cancelling;
        }

        ShowKept(pool);
    }

    private static async Task RepeatAsync(ConnectionPool pool, Func<PooledConnection, Task> leave)
    {
        for (var i = 0; i < Times; i++)
        {
            await using var connection = await pool.OpenConnectionAsync();
            Assert.Equal(7, await connection.ReadNumberAsync("SELECT 7"));
            await leave(connection);
            Assert.Equal(8, await connection.ReadNumberAsync("SELECT 8"));
        }

        ShowKept(pool);
    }

    private static void ShowKept(ConnectionPool pool)
    {
        var closed = pool.GetStatistics().ConnectionsClosedByReason;
        Assert.All(closed, static entry => Assert.Equal(CloseReason.CancelOutcomeUnknown, entry.Key));
        Assert.InRange(closed.GetValueOrDefault(CloseReason.CancelOutcomeUnknown), 0, MostInDoubt);
    }

    private static string Rows(Db db, int count) => db switch
    {
        Db.PostgreSqlOwnReset or Db.PostgreSqlDriverReset => $"SELECT generate_series(1, {count})::bigint",
        Db.MariaDb => $"SELECT seq FROM seq_1_to_{count}",
        _ => $"WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < {count}) SELECT x FROM n",
    };

    private sealed class OnePoolSource(ConnectionPool pool) : RoutedDataSource
    {
        public override ConnectionPool DefaultPool => pool;

        public override ConnectionLease Rent(
            CancellationToken cancellationToken = default, string filePath = "", int lineNumber = 0, string memberName = "") =>
            pool.Rent(cancellationToken, filePath, lineNumber, memberName);

        public override ValueTask<ConnectionLease> RentAsync(
            CancellationToken cancellationToken = default, string filePath = "", int lineNumber = 0, string memberName = "") =>
            pool.RentAsync(cancellationToken, filePath, lineNumber, memberName);
    }
}
