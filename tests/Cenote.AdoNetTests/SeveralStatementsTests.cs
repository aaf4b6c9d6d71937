using Microsoft.Data.Sqlite;

namespace Cenote.AdoNetTests;

/// <summary>
/// Several statements on one connection of SQLite, one of which is cancelled while it is inside the database: it ends
/// alone.
/// </summary>
public class SeveralStatementsTests
{
    private const int Rows = 500;

    // Endless unless it is cancelled: act() is called inside the database, at the tenth number.
    private const string Endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n WHERE act(x)";
    private const string EndlessCount = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n WHERE act(x)";

    public enum Way
    {
        Cancel,
        Token,
        Timeout,
    }

    public static TheoryData<Way, bool> Ways() => new MatrixTheoryData<Way, bool>([Way.Cancel, Way.Token, Way.Timeout], [false, true]);

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Scan_that_is_cancelled_ends_alone(Way way, bool isBlocking)
    {
        await using var bench = await Bench.CreateAsync();
        await using var other = await bench.BeginOtherAsync();
        await using var command = bench.Connection.Command(EndlessCount);
        await bench.CancelInsideAsync(command, way, token => isBlocking && way != Way.Token
            ? Task.FromResult(command.ExecuteScalar())
            : command.ExecuteScalarAsync(token));
        await bench.AssertOthersGoOnAsync(other);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Reader_that_is_cancelled_inside_a_read_ends_alone(Way way, bool isBlocking)
    {
        await using var bench = await Bench.CreateAsync();
        await using var other = await bench.BeginOtherAsync();
        await using var command = bench.Connection.Command(Endless);
        await bench.CancelInsideAsync(command, way, async token =>
        {
            await using var reader = await command.ExecuteReaderAsync(token);
            var read = 0;
            while (isBlocking ? reader.Read() : await reader.ReadAsync(CancellationToken.None))
            {
                read++;
            }

            return read;
        });
        await bench.AssertOthersGoOnAsync(other);
    }

    [Fact]
    public async Task First_of_two_statements_ends_alone_too()
    {
        await using var bench = await Bench.CreateAsync();
        await using var command = bench.Connection.Command(Endless);
        await bench.CancelInsideAsync(command, Way.Cancel, async token =>
        {
            await using var reader = await command.ExecuteReaderAsync(token);
            Assert.True(await reader.ReadAsync(CancellationToken.None));
            await using var other = await bench.BeginOtherAsync();
            try
            {
                while (await reader.ReadAsync(CancellationToken.None))
                {
                }
            }
            finally
            {
                await bench.AssertOthersGoOnAsync(other);
            }

            return 0;
        });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Write_commits_when_a_reader_beside_it_is_cancelled(bool isBlocking)
    {
        await using var bench = await Bench.CreateAsync();
        await using var cancelled = bench.Connection.Command(Sql.Numbers(Rows));
        await using var reader = await cancelled.ExecuteReaderAsync(CancellationToken.None);
        Assert.True(await reader.ReadAsync(CancellationToken.None));
        bench.Act = cancelled.Cancel;
        await using var write = bench.Connection.Command($"INSERT INTO t SELECT x FROM ({Sql.Numbers(Rows)}) WHERE act(x) OR x > 3");
        Assert.Equal(Rows, isBlocking ? write.ExecuteNonQuery() : await write.ExecuteNonQueryAsync(CancellationToken.None));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reader.ReadAsync(CancellationToken.None));
        await reader.DisposeAsync();
        await bench.Transaction.CommitAsync(CancellationToken.None);
        Assert.Equal(Rows + 1, await bench.Connection.ReadNumberAsync("SELECT count(*) FROM t"));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Statement_begun_after_a_cancel_between_rows_runs(Way way, bool isBlocking)
    {
        await using var bench = await Bench.CreateAsync();
        await using var command = bench.Connection.Command(Endless);
        await bench.CancelInsideAsync(command, way, async token =>
        {
            await using var reader = await command.ExecuteReaderAsync(token);
            Assert.True(await reader.ReadAsync(CancellationToken.None));
            bench.Act();

            // Its time is up while the other runs, or it was cancelled before: the other has no limit.
            bench.Connection.QueryTimeout = null;
            var sum = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 300000) SELECT count(*) FROM n";
            Assert.Equal(300_000, await bench.Connection.ReadNumberAsync(sum));
            while (isBlocking ? reader.Read() : await reader.ReadAsync(CancellationToken.None))
            {
            }

            return 0;
        });
        await bench.Transaction.CommitAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Write_that_is_cancelled_is_undone_and_readers_read_on()
    {
        await using var bench = await Bench.CreateAsync();
        await bench.Transaction.CommitAsync(CancellationToken.None);
        await using var other = await bench.BeginOtherAsync();
        await using var write = bench.Connection.Command($"INSERT INTO t {Endless}");
        await bench.CancelInsideAsync(write, Way.Cancel, token => write.ExecuteNonQueryAsync(token));
        await Bench.ReadRestAsync(other);
        await other.DisposeAsync();
        Assert.Equal(1, await bench.Connection.ReadNumberAsync("SELECT count(*) FROM t"));
    }

    [Fact]
    public async Task Statement_runs_again_after_its_cancel_and_the_next_holder_is_not_asked()
    {
        await using var bench = await Bench.CreateAsync();
        await using var other = await bench.BeginOtherAsync();
        await using var command = bench.Connection.Command(EndlessCount);
        await bench.CancelInsideAsync(command, Way.Cancel, token => command.ExecuteScalarAsync(token));
        command.CommandText = "SELECT 5";
        Assert.Equal(5, (await command.ExecuteScalarAsync(CancellationToken.None)).ToNumber());
        await bench.AssertOthersGoOnAsync(other);
        await bench.Connection.CloseAsync();
        await bench.Connection.OpenAsync(CancellationToken.None);
        Assert.Equal(100_000, await bench.Connection.ReadNumberAsync("WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 100000) SELECT count(*) FROM n"));
    }

    /// <summary>
    /// A connection with a transaction that has written a row, and a function that is called inside SQLite.
    /// </summary>
    private sealed class Bench : IAsyncDisposable
    {
        private readonly ConnectionPool _pool = TestPool.Create(Db.Sqlite);

        internal PooledConnection Connection { get; private set; } = null!;

        internal DbTransaction Transaction { get; private set; } = null!;

        internal Action Act { get; set; } = static () => { };

        internal static async Task<Bench> CreateAsync()
        {
            var bench = new Bench();
            bench.Connection = await bench._pool.OpenConnectionAsync();
            bench.Connection.Unwrap<SqliteConnection>().CreateFunction("act", (long number) =>
            {
                if (number == 10)
                {
                    bench.Act();
                }

                return number <= 3;
            });
            await bench.Connection.RunAsync("CREATE TABLE t (n INTEGER)");
            bench.Transaction = await bench.Connection.BeginTransactionAsync(CancellationToken.None);
            await bench.Connection.RunAsync("INSERT INTO t VALUES (1)");
            return bench;
        }

        internal async Task<DbDataReader> BeginOtherAsync()
        {
            var reader = await Connection.Command(Sql.Numbers(Rows)).ExecuteReaderAsync(CancellationToken.None);
            Assert.True(await reader.ReadAsync(CancellationToken.None));
            return reader;
        }

        internal async Task CancelInsideAsync<T>(DbCommand command, Way way, Func<CancellationToken, Task<T>> execute)
        {
            using var source = new CancellationTokenSource();
            Act = way switch
            {
                Way.Cancel => command.Cancel,
                Way.Token => source.Cancel,
                _ => static () => { },
            };
            Connection.QueryTimeout = way == Way.Timeout ? TimeSpan.FromMilliseconds(50) : null;
            var failure = await Assert.ThrowsAnyAsync<Exception>(async () => await execute(source.Token));
            Connection.QueryTimeout = null;
            Assert.True(
                way switch
                {
                    Way.Cancel => failure is SqliteException { SqliteErrorCode: 9 } or OperationCanceledException,
                    Way.Token => failure is OperationCanceledException,
                    _ => failure is QueryTimeoutException,
                },
                failure.ToString());
        }

        internal async Task AssertOthersGoOnAsync(DbDataReader other)
        {
            await ReadRestAsync(other);
            await other.DisposeAsync();
            await Transaction.CommitAsync(CancellationToken.None);
            Assert.Equal(1, await Connection.ReadNumberAsync("SELECT count(*) FROM t"));
        }

        internal static async Task ReadRestAsync(DbDataReader other)
        {
            var read = 1;
            while (await other.ReadAsync(CancellationToken.None))
            {
                read++;
            }

            Assert.Equal(Rows, read);
        }

        public async ValueTask DisposeAsync()
        {
            await Connection.DisposeAsync();
            await _pool.DisposeAsync();
        }
    }
}
