namespace Cenote.AdoNetTests;

/// <summary>Work that the pool runs, on real databases.</summary>
public class ExecuteTests
{
    private static readonly RetryOptions Retry = new() { MaxRetries = 20, BaseDelay = TimeSpan.FromMilliseconds(5), Timeout = TimeSpan.FromMinutes(1) };

    [Theory, ClassData<ServerDatabases>]
    public async Task Deadlocked_workers_all_succeed_and_nothing_is_done_twice(Db db)
    {
        await using var pool = TestPool.Create(db, maxSize: 4);
        var table = await NewTableAsync(pool, db);
        var attempts = 0;
        for (var round = 0; round < 2; round++)
        {
            // The first tries meet between their two updates: that is a deadlock, whatever the machine does.
            using var meeting = new Barrier(2);
            await Task.WhenAll(Worker(1, 2), Worker(2, 1));

            Task Worker(int first, int second)
            {
                var isFirstTry = true;
                return Task.Run(() => pool.ExecuteAsync(
                    async (connection, token) =>
                    {
                        Interlocked.Increment(ref attempts);
                        await using var transaction = await connection.BeginTransactionAsync(token);
                        await connection.RunAsync($"UPDATE {table} SET n = n + 1 WHERE id = {first}");
                        if (isFirstTry)
                        {
                            isFirstTry = false;
                            meeting.SignalAndWait(token);
                        }

                        await connection.RunAsync($"UPDATE {table} SET n = n + 1 WHERE id = {second}");
                        await transaction.CommitAsync(token);
                    },
                    Retry));
            }
        }

        Assert.True(attempts > 4, $"{attempts} attempts without a deadlock");
        Assert.Equal((4L, 4L), await ReadAsync(pool, table));
    }

    [Theory, ClassData<PostgreSqlDatabases>]
    public async Task Serialization_failures_are_tried_again(Db db)
    {
        await using var pool = TestPool.Create(db, maxSize: 4);
        var table = await NewTableAsync(pool, db);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 10; i++)
            {
                await pool.ExecuteAsync(
                    async (connection, token) =>
                    {
                        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, token);
                        var n = await connection.ReadNumberAsync($"SELECT n FROM {table} WHERE id = 1");
                        await connection.RunAsync($"UPDATE {table} SET n = {n + 1} WHERE id = 1");
                        await transaction.CommitAsync(token);
                    },
                    new RetryOptions { MaxRetries = 100, BaseDelay = TimeSpan.FromMilliseconds(1), MaxDelay = TimeSpan.FromMilliseconds(50) });
            }
        })));

        Assert.Equal((40L, 0L), await ReadAsync(pool, table));
    }

    [Theory, ClassData<ServerDatabases>]
    public async Task A_connection_killed_amid_the_work_does_not_end_it(Db db)
    {
        await using var pool = TestPool.Create(db, maxSize: 3);
        await using var killer = await pool.OpenConnectionAsync();
        var table = await NewTableAsync(pool, db);
        var attempts = 0;
        var result = await pool.ExecuteAsync(
            async (connection, token) =>
            {
                await using var transaction = await connection.BeginTransactionAsync(token);
                await connection.RunAsync($"UPDATE {table} SET n = n + 1 WHERE id = 1");
                if (++attempts == 1)
                {
                    await KillAsync(killer, db, await connection.ReadNumberAsync(Session(db)));
                }

                var n = await connection.ReadNumberAsync($"SELECT n FROM {table} WHERE id = 1");
                await transaction.CommitAsync(token);
                return n;
            },
            Retry);

        Assert.Equal(1, result);
        Assert.Equal(2, attempts);
        Assert.Equal((1L, 0L), await ReadAsync(pool, table));
    }

    [Theory, ClassData<ServerDatabases>]
    public async Task A_commit_without_an_answer_is_said_to_be_one_and_not_tried_again(Db db)
    {
        await using var pool = TestPool.Create(db, maxSize: 3);
        await using var killer = await pool.OpenConnectionAsync();
        var table = await NewTableAsync(pool, db);
        var attempts = 0;
        foreach (var isIdempotent in (bool[])[false, true])
        {
            attempts = 0;
            var told = await Assert.ThrowsAsync<CommitOutcomeUnknownException>(() => pool.ExecuteAsync(
                async (connection, token) =>
                {
                    attempts++;
                    await using var transaction = await connection.BeginTransactionAsync(token);
                    await connection.RunAsync($"UPDATE {table} SET n = n + 1 WHERE id = 1");
                    await KillAsync(killer, db, await connection.ReadNumberAsync(Session(db)));
                    await transaction.CommitAsync(token);
                },
                new RetryOptions { IsIdempotent = isIdempotent }));

            Assert.Equal(1, attempts);
            Assert.Equal(FailureKind.ConnectionLost, pool.Provider.ClassifyFailure(told.InnerException!));
            Assert.False(told.IsTransient);
        }
    }

    [Theory, ClassData<ServerDatabases>]
    public async Task Work_outside_transactions_is_tried_again_only_if_it_is_idempotent(Db db)
    {
        await using var pool = TestPool.Create(db, maxSize: 3);
        await using var killer = await pool.OpenConnectionAsync();
        var attempts = 0;
        async Task<long> Work(PooledConnection connection, CancellationToken token)
        {
            if (++attempts == 1)
            {
                await KillAsync(killer, db, await connection.ReadNumberAsync(Session(db)));
            }

            return await connection.ReadNumberAsync("SELECT 5");
        }

        var failure = await Assert.ThrowsAnyAsync<DbException>(() => pool.ExecuteAsync(Work, Retry));
        Assert.Equal(FailureKind.ConnectionLost, pool.Provider.ClassifyFailure(failure));
        Assert.Equal(1, attempts);

        attempts = 0;
        Assert.Equal(5, await pool.ExecuteAsync(Work, new RetryOptions { IsIdempotent = true }));
        Assert.Equal(2, attempts);

        attempts = 0;
        await Assert.ThrowsAnyAsync<DbException>(() => pool.ExecuteAsync(Work));
        Assert.Equal(1, attempts);
    }

    [Theory, ClassData<ServerDatabases>]
    public async Task Cancelled_work_and_late_work_throw_different_exceptions(Db db)
    {
        await using var pool = TestPool.Create(db, maxSize: 2);
        using var cancellation = new CancellationTokenSource();
        var started = new TaskCompletionSource();
        var cancelled = pool.ExecuteAsync(
            (connection, token) =>
            {
                started.TrySetResult();
                return RunAsync(connection, token);
            },
            Retry,
            cancellation.Token);
        await started.Task;
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);

        // The time is that of the work, not of opening a connection for it.
        await using (await pool.OpenConnectionAsync())
        {
        }

        var late = await Assert.ThrowsAsync<WorkTimeoutException>(
            () => pool.ExecuteAsync(RunAsync, new RetryOptions { Timeout = TimeSpan.FromSeconds(1) }));
        Assert.Equal(1, late.Attempts);
        Assert.NotNull(late.InnerException);
        Assert.Equal(0, pool.GetStatistics().Counts.Leased);

        async Task RunAsync(PooledConnection connection, CancellationToken token)
        {
            await using var command = connection.Command(SlowQuery.On(db));
            await command.ExecuteScalarAsync(token);
        }
    }

    [Theory, ClassData<ServerDatabases>]
    public async Task Work_is_run_again_at_whatever_moment_its_session_is_killed(Db db)
    {
        await using var pool = TestPool.Create(db, maxSize: 3);
        await using var killer = await pool.OpenConnectionAsync();
        for (var kills = 0; kills < 30; kills++)
        {
            var attempts = 0;
            var killing = Task.CompletedTask;
            await pool.ExecuteAsync(
                async (connection, token) =>
                {
                    await using var transaction = await connection.BeginTransactionAsync(token);
                    if (++attempts == 1)
                    {
                        var session = await connection.ReadNumberAsync(Session(db));
                        killing = Task.Run(() => KillAsync(killer, db, session), CancellationToken.None);
                        while (true)
                        {
                            await using var command = connection.Command(Sql.Numbers(1000));
                            await using var reader = await command.ExecuteReaderAsync(token);
                            while (await reader.ReadAsync(token))
                            {
                            }
                        }
                    }

                    await transaction.CommitAsync(token);
                },
                Retry);
            await killing;
            Assert.Equal(2, attempts);
        }
    }

    [Theory, ClassData<ServerDatabases>]
    public async Task Work_is_run_again_wherever_in_an_answer_its_connection_ends(Db db)
    {
        await using var relay = Relay.Start(Relayed.PortOf(db));
        await using var pool = TestPool.Create(Relayed.CreateProvider(db, relay.Port), db);
        for (var bytes = 0; bytes < 400; bytes += bytes < 10 ? 1 : 13)
        {
            var attempts = 0;
            await pool.ExecuteAsync(
                async (connection, token) =>
                {
                    if (++attempts == 1)
                    {
                        relay.CutAfter(bytes);
                    }

                    await using var transaction = await connection.BeginTransactionAsync(token);

                    await using var command = connection.Command(Sql.Numbers(100));
                    await using (var reader = await command.ExecuteReaderAsync(token))
                    {
                        while (await reader.ReadAsync(token))
                        {
                        }
                    }

                    await transaction.CommitAsync(token);
                },
                Retry);
            Assert.Equal(2, attempts);
        }
    }

    [Theory, ClassData<ServerDatabases>]
    public async Task Letting_go_of_a_lost_session_does_not_hide_what_ended_it(Db db)
    {
        await using var pool = TestPool.Create(db, maxSize: 2);
        await using var killer = await pool.OpenConnectionAsync();
        foreach (var isBlocking in (bool[])[false, true])
        {
            await using var connection = await pool.OpenConnectionAsync();
            var session = await connection.ReadNumberAsync(Session(db));
            var transaction = await connection.BeginTransactionAsync();
            var command = connection.Command(SlowQuery.RowsOn(db));
            var reader = await command.ExecuteReaderAsync();
            await KillAsync(killer, db, session);
            var failure = await Assert.ThrowsAnyAsync<Exception>(async () =>
            {
                while (await reader.ReadAsync())
                {
                }
            });
            Assert.Equal(FailureKind.ConnectionLost, pool.Provider.ClassifyFailure(failure));
            if (isBlocking)
            {
                reader.Dispose();
                command.Dispose();
                transaction.Dispose();
            }
            else
            {
                await reader.DisposeAsync();
                await command.DisposeAsync();
                await transaction.DisposeAsync();
            }
        }
    }

    [Theory, ClassData<ServerDatabases>]
    public async Task Work_runs_again_when_its_rollback_fails_because_the_session_is_lost(Db db)
    {
        await using var pool = TestPool.Create(db, maxSize: 2);
        await using var killer = await pool.OpenConnectionAsync();
        var attempts = 0;
        await pool.ExecuteAsync(
            async (connection, token) =>
            {
                await using var transaction = await connection.BeginTransactionAsync(token);
                try
                {
                    if (++attempts == 1)
                    {
                        await KillAsync(killer, db, await connection.ReadNumberAsync(Session(db)));
                    }

                    await connection.ReadNumberAsync("SELECT 5");
                }
                catch (Exception)
                {
                    await transaction.RollbackAsync(token);
                    throw;
                }

                await transaction.CommitAsync(token);
            },
            Retry);
        Assert.Equal(2, attempts);
    }

    private static async Task<string> NewTableAsync(ConnectionPool pool, Db db)
    {
        var table = Sql.NewTable();
        await using var connection = await pool.OpenConnectionAsync();
        await connection.RunAsync($"CREATE TABLE {table} (id INTEGER PRIMARY KEY, n INTEGER){(db == Db.MariaDb ? " ENGINE=InnoDB" : "")}");
        await connection.RunAsync($"INSERT INTO {table} VALUES (1, 0), (2, 0)");
        return table;
    }

    private static async Task<(long First, long Second)> ReadAsync(ConnectionPool pool, string table)
    {
        await using var connection = await pool.OpenConnectionAsync();
        return (await connection.ReadNumberAsync($"SELECT n FROM {table} WHERE id = 1"), await connection.ReadNumberAsync($"SELECT n FROM {table} WHERE id = 2"));
    }

    private static string Session(Db db) => db == Db.MariaDb ? "SELECT CONNECTION_ID()" : "SELECT pg_backend_pid()";

    /// <summary>Returns when the session is gone.</summary>
    private static async Task KillAsync(PooledConnection killer, Db db, long session)
    {
        await killer.RunAsync(db == Db.MariaDb ? $"KILL {session}" : $"SELECT pg_terminate_backend({session})");
        while (await killer.ReadNumberAsync(db == Db.MariaDb
            ? $"SELECT count(*) FROM information_schema.processlist WHERE id = {session}"
            : $"SELECT count(*) FROM pg_stat_activity WHERE pid = {session}") > 0)
        {
            await Task.Yield();
        }
    }
}
