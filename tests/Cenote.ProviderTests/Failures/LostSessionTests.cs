using MySqlConnector;

namespace Cenote.ProviderTests.Failures;

/// <summary>
/// Sessions that real servers ended: whatever call finds out, callers get a DbException, and ExecuteAsync runs the work
/// again.
/// </summary>
public sealed class LostSessionTests
{
    private static readonly Dictionary<string, Func<PooledConnection, Task>> Calls = new(StringComparer.Ordinal)
    {
        ["nonquery"] = connection => connection.ExecuteAsync("SELECT 1"),
        ["scalar"] = connection => connection.ScalarAsync("SELECT 1"),
        ["nonquery sync"] = Synchronous(static command => command.ExecuteNonQuery()),
        ["scalar sync"] = Synchronous(static command => command.ExecuteScalar()),
        ["reader"] = async connection =>
        {
            await using var command = New(connection);
            await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
            await reader.ReadAsync(TestContext.Current.CancellationToken);
        },
        ["reader sync"] = Synchronous(static command =>
        {
            using var reader = command.ExecuteReader();
            reader.Read();
        }),
        ["prepare"] = async connection =>
        {
            await using var command = New(connection);
            await command.PrepareAsync(TestContext.Current.CancellationToken);
        },
        ["prepare sync"] = Synchronous(static command => command.Prepare()),
        ["batch"] = async connection =>
        {
            await using var batch = connection.CreateBatch();
            var command = batch.CreateBatchCommand();
            command.CommandText = "SELECT 1";
            batch.BatchCommands.Add(command);
            await batch.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        },
        ["begin"] = async connection =>
        {
            // PostgreSQL's driver sends the begin with the first statement.
            await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
            await connection.ExecuteAsync("SELECT 1");
        },
        ["begin sync"] = connection =>
        {
            using var transaction = connection.BeginTransaction();
            using var command = New(connection);
            command.ExecuteNonQuery();
            return Task.CompletedTask;
        },
        ["schema"] = connection => connection.GetSchemaAsync("Tables", TestContext.Current.CancellationToken),
    };

    private static readonly Dictionary<string, Func<DbTransaction, Task>> Endings = new(StringComparer.Ordinal)
    {
        ["commit"] = transaction => transaction.CommitAsync(TestContext.Current.CancellationToken),
        ["commit sync"] = transaction =>
        {
            transaction.Commit();
            return Task.CompletedTask;
        },
        ["rollback"] = transaction => transaction.RollbackAsync(TestContext.Current.CancellationToken),
        ["savepoint"] = transaction => transaction.SaveAsync("s", TestContext.Current.CancellationToken),
        ["savepoint sync"] = transaction =>
        {
            transaction.Save("s");
            return Task.CompletedTask;
        },
    };

    public static TheoryData<string, string, bool> EveryCall => Matrix(Calls.Keys);

    public static TheoryData<string, string, bool> EveryEnding => Matrix(Endings.Keys);

    [Theory]
    [MemberData(nameof(EveryCall))]
    public async Task A_call_on_a_lost_session_fails_with_a_DbException(string database, string call, bool byIdleLimit)
    {
        await using var server = await Server.ConnectAsync(database);
        await using var pool = server.NewPool();
        await using var connection = await pool.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await server.EndAsync(connection, byIdleLimit);

        var failure = await Assert.ThrowsAnyAsync<DbException>(() => Calls[call](connection));

        Assert.Equal(FailureKind.ConnectionLost, server.Provider.ClassifyFailure(failure));
        if (failure is ConnectionLostException)
        {
            Assert.True(failure.IsTransient);
            Assert.IsNotType<DbException>(failure.InnerException, exactMatch: false);
        }

        // Its place is free for another, and no caller gets the dead one.
        await connection.CloseAsync();
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        Assert.Equal(1, await connection.ScalarAsync<int>("SELECT 1"));
    }

    [Theory]
    [MemberData(nameof(EveryEnding))]
    public async Task A_transaction_on_a_lost_session_fails_with_a_DbException(string database, string call, bool byIdleLimit)
    {
        await using var server = await Server.ConnectAsync(database);
        await using var pool = server.NewPool();
        await using var connection = await pool.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await connection.ExecuteAsync("SELECT 1");
        await server.EndAsync(connection, byIdleLimit);

        var failure = await Assert.ThrowsAnyAsync<DbException>(() => Endings[call](transaction));

        Assert.Equal(FailureKind.ConnectionLost, server.Provider.ClassifyFailure(failure));
    }

    [Theory]
    [InlineData("mysql", false)]
    [InlineData("mysql", true)]
    [InlineData("postgresql", false)]
    [InlineData("postgresql", true)]
    public async Task Work_whose_session_is_lost_is_run_again(string database, bool byIdleLimit)
    {
        await using var server = await Server.ConnectAsync(database);
        await using var pool = server.NewPool();
        Func<PooledConnection, Task>[] works =
        [
            static connection => connection.ExecuteAsync("SELECT 1"),
            static async connection =>
            {
                await using var command = New(connection);
                await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
            },
            static connection => connection.GetSchemaAsync("Tables", TestContext.Current.CancellationToken),

            // The pool sees nothing of this call: the driver itself says that its session is gone.
            static connection => connection.Unwrap<DbConnection>().ExecuteAsync("SELECT 1"),
        ];
        foreach (var work in works)
        {
            Assert.Equal(2, await CountTriesAsync(work, isIdempotent: true, inTransaction: false));
        }

        // MySqlConnector reads no schema within a transaction.
        foreach (var work in works[..2])
        {
            Assert.Equal(2, await CountTriesAsync(work, isIdempotent: false, inTransaction: true));
        }

        async Task<int> CountTriesAsync(Func<PooledConnection, Task> work, bool isIdempotent, bool inTransaction)
        {
            var tries = 0;
            await pool.ExecuteAsync(
                async (connection, token) =>
                {
                    await using var transaction = inTransaction ? await connection.BeginTransactionAsync(token) : null;
                    if (++tries == 1)
                    {
                        await server.EndAsync(connection, byIdleLimit);
                    }

                    await work(connection);
                    if (transaction is not null)
                    {
                        await transaction.CommitAsync(token);
                    }
                },
                new RetryOptions { IsIdempotent = isIdempotent, BaseDelay = TimeSpan.Zero },
                TestContext.Current.CancellationToken);
            return tries;
        }
    }

    private static TheoryData<string, string, bool> Matrix(IEnumerable<string> calls)
    {
        var data = new TheoryData<string, string, bool>();
        foreach (var call in calls)
        {
            data.Add("mysql", call, false);

            // A second each: the shortest limit there is.
            if (call is "nonquery" or "reader sync" or "prepare" or "begin sync" or "commit")
            {
                data.Add("mysql", call, true);
            }

            // Npgsql sends a savepoint with the next statement.
            if (!call.StartsWith("savepoint", StringComparison.Ordinal))
            {
                data.Add("postgresql", call, false);
            }
        }

        return data;
    }

    private static Func<PooledConnection, Task> Synchronous(Action<DbCommand> call) => connection =>
    {
        using var command = New(connection);
        call(command);
        return Task.CompletedTask;
    };

    private static PooledCommand New(PooledConnection connection)
    {
        var command = connection.CreateCommand();
        command.CommandText = "SELECT 1";
        return command;
    }

    /// <summary>One of the servers that the tests have, and an administrator's session there.</summary>
    private sealed class Server(DatabaseProvider provider, DbConnection administrator, bool isMySql) : IAsyncDisposable
    {
        internal DatabaseProvider Provider => provider;

        internal static async Task<Server> ConnectAsync(string database)
        {
            var isMySql = string.Equals(database, "mysql", StringComparison.Ordinal);
            DbConnection administrator = isMySql
                ? new MySqlConnection(RealServers.MySql + ";Pooling=false")
                : new NpgsqlConnection(RealServers.PostgreSql + ";Pooling=false");
            await administrator.OpenAsync(TestContext.Current.CancellationToken);
            return new Server(isMySql ? new MySqlProvider(RealServers.MySql) : new PostgreSqlProvider(RealServers.PostgreSql), administrator, isMySql);
        }

        internal ConnectionPool NewPool() => new(provider, new ConnectionPoolOptions { MinSize = 0, MaxSize = 2 });

        /// <summary>
        /// A session that was killed and one that was idle for too long do not end alike: the line is closed, or reset.
        /// </summary>
        internal async Task EndAsync(PooledConnection connection, bool byIdleLimit)
        {
            var session = await connection.ScalarAsync<long>(isMySql ? "SELECT connection_id()" : "SELECT pg_backend_pid()");
            if (byIdleLimit)
            {
                await connection.ExecuteAsync(isMySql ? "SET SESSION wait_timeout = 1" : "SET idle_session_timeout = 1; SET idle_in_transaction_session_timeout = 1");
            }
            else
            {
                await administrator.ExecuteAsync(isMySql ? $"KILL {session}" : $"SELECT pg_terminate_backend({session})");
            }

            await Patience.SoonAsync(async () => await administrator.ScalarAsync<int>(isMySql
                ? $"SELECT count(*) FROM information_schema.processlist WHERE id = {session}"
                : $"SELECT count(*) FROM pg_stat_activity WHERE pid = {session}") == 0);
        }

        public ValueTask DisposeAsync() => administrator.DisposeAsync();
    }
}
