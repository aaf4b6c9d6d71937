using System.Runtime.CompilerServices;
using System.Transactions;

namespace Cenote.AdoNetTests.Ambient;

/// <summary>Timeouts, lost sessions, and a pool that is operated on while a scope has a session.</summary>
public sealed class ScopeFaultTests
{
    // MySqlConnector's own enlistment throws here on the timer's thread, which ends the process.
    [Theory]
    [InlineData(ScopeDb.PostgreSqlDriverReset)]
    [InlineData(ScopeDb.MariaDb)]
    public async Task Timeout_ends_the_running_statement_and_nothing_after_it_is_committed(ScopeDb db)
    {
        await using var test = await ScopeTest.CreateAsync(db);
        await using var connection = await test.Pool.OpenConnectionAsync();
        await connection.CloseAsync();
        using var transaction = new CommittableTransaction(TimeSpan.FromSeconds(2));
        var scope = new TransactionScope(transaction, TransactionScopeAsyncFlowOption.Enabled);
        await connection.OpenAsync();
        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            await test.InsertAsync(connection, 1);
            await connection.RunAsync(test.SlowQuery).Soon();
        });
        await Assert.ThrowsAsync<LeaseRevokedException>(() => connection.RunAsync($"INSERT INTO {test.Table} VALUES (2)"));
        scope.Complete();
        Assert.Throws<TransactionAbortedException>(() =>
        {
            scope.Dispose();
            transaction.Commit();
        });
        await connection.CloseAsync();
        Assert.Empty(await test.ReadAsync());
    }

    [Fact]
    public async Task Opening_awaits_the_server_s_answer_to_the_beginning()
    {
        await using var relay = Relay.Start(Relayed.PortOf(Db.MariaDb));
        await using var pool = new ConnectionPool(Relayed.CreateProvider(Db.MariaDb, relay.Port), new ConnectionPoolOptions { MinSize = 1, MaxSize = 1 });
        await pool.WaitUntilReadyAsync().Soon();
        relay.FallSilent();
        using (new TransactionScope(TransactionScopeAsyncFlowOption.Enabled))
        {
            // Returns, although the server does not answer.
            var opening = pool.OpenConnectionAsync().AsTask();
            Assert.False(opening.IsCompleted);
            relay.Speak();
            await using var connection = await opening.Soon();
            Assert.Equal(1, pool.GetStatistics().Enlistments);
        }
    }

    [Theory, ClassData<EveryScopeDb>]
    public async Task Two_connections_that_open_at_once_join_together_or_one_is_refused(ScopeDb db)
    {
        await using var test = await ScopeTest.CreateAsync(db);
        using (var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled))
        {
            Task<PooledConnection>[] opening = [test.Pool.OpenConnectionAsync().AsTask(), test.Pool.OpenConnectionAsync().AsTask()];
            await Task.WhenAny(Task.WhenAll(opening)).Soon();
            Assert.Equal(test.CanPrepare ? 0 : 1, opening.Count(static open => open.IsFaulted));
            foreach (var open in opening)
            {
                if (open.IsFaulted)
                {
                    await Assert.ThrowsAsync<NotSupportedException>(() => open);
                    continue;
                }

                await using var connection = await open;
                await test.InsertAsync(connection, 1 + Array.IndexOf(opening, open));
            }

            scope.Complete();
        }

        Assert.NotEmpty(await test.ReadAsync());
        await Patience.SoonAsync(() => test.Leased == 0);
    }

    [Theory, ClassData<EveryScopeDb>]
    public async Task Rollback_on_another_thread_ends_the_running_statement(ScopeDb db)
    {
        await using var test = await ScopeTest.CreateAsync(db);
        using var transaction = new CommittableTransaction();
        await using var connection = test.Pool.CreateConnection();
        using (new TransactionScope(transaction, TransactionScopeAsyncFlowOption.Enabled))
        {
            await connection.OpenAsync();
            await test.InsertAsync(connection, 1);
            var running = connection.RunAsync(test.SlowQuery);
            await test.RunsAsync(test.SlowQuery);
            await Patience.OnOwnThread(() =>
            {
                transaction.Rollback();
                return true;
            }).Soon();
            await Assert.ThrowsAnyAsync<Exception>(() => running.Soon());
            await Assert.ThrowsAsync<LeaseRevokedException>(() => connection.RunAsync($"INSERT INTO {test.Table} VALUES (2)"));
            await connection.CloseAsync();
        }

        await Patience.SoonAsync(async () => (await test.ReadAsync()).Count == 0, "rows are left");
    }

    [Theory, ClassData<EveryScopeDb>]
    public async Task Rollback_on_another_thread_undoes_what_a_closed_connection_has_written(ScopeDb db)
    {
        await using var test = await ScopeTest.CreateAsync(db);
        using var transaction = new CommittableTransaction();
        using (new TransactionScope(transaction, TransactionScopeAsyncFlowOption.Enabled))
        {
            await test.InsertAsync(1);
            Assert.Equal(1, test.Leased);
            await Patience.OnOwnThread(() =>
            {
                transaction.Rollback();
                return true;
            }).Soon();
            Assert.Equal(0, test.Leased);
            await Assert.ThrowsAsync<TransactionAbortedException>(async () => await test.Pool.OpenConnectionAsync());
        }

        Assert.Empty(await test.ReadAsync());
        Assert.Equal(1, test.Pool.GetStatistics().ConnectionsOpened);
    }

    [Theory, ClassData<EveryScopeDb>]
    public async Task Lost_session_that_is_noticed_aborts_the_scope(ScopeDb db)
    {
        await using var test = await ScopeTest.CreateAsync(db);
        var scope = ScopeTest.NewScope();
        await using (var connection = await test.Pool.OpenConnectionAsync())
        {
            await test.InsertAsync(connection, 1);
            await test.KillAsync(await test.RecordAsync(connection));
            await Assert.ThrowsAnyAsync<DbException>(() => test.InsertAsync(connection, 2));
        }

        // Not on a new session, which would commit the second half of the work only.
        await Assert.ThrowsAsync<TransactionAbortedException>(() => test.InsertAsync(3));
        scope.Complete();
        var aborted = Assert.Throws<TransactionAbortedException>(scope.Dispose);
        Assert.IsType<ConnectionLostException>(aborted.InnerException);
        await Patience.SoonAsync(() => test.Leased == 0);
        Assert.Empty(await test.ReadAsync());
        await test.InsertAsync(4);
    }

    [Theory, ClassData<EveryScopeDb>]
    public async Task Lost_session_that_is_not_noticed_does_not_pass_for_a_commit(ScopeDb db)
    {
        await using var test = await ScopeTest.CreateAsync(db);
        var scope = ScopeTest.NewScope();
        await using (var connection = await test.Pool.OpenConnectionAsync())
        {
            await test.InsertAsync(connection, 1);
            await test.KillAsync(await test.RecordAsync(connection));
        }

        scope.Complete();
        var failure = Record.Exception(scope.Dispose);
        Assert.True(failure is TransactionInDoubtException or TransactionAbortedException, failure?.ToString());
        Assert.Equal(0, test.Leased);
        Assert.Empty(await test.ReadAsync());
        if (failure is TransactionInDoubtException)
        {
            Assert.Contains(test.Pool.GetEvents(), happened => happened.Kind == PoolEventKind.TransactionInDoubt);
        }

        await test.InsertAsync(2);
        Assert.Equal([2], await test.ReadAsync());
    }

    [Theory, ClassData<EveryScopeDb>]
    public async Task Lost_session_and_abandoned_scope_leave_nothing(ScopeDb db)
    {
        await using var test = await ScopeTest.CreateAsync(db);
        using (ScopeTest.NewScope())
        {
            await using var connection = await test.Pool.OpenConnectionAsync();
            await test.InsertAsync(connection, 1);
            await test.KillAsync(await test.RecordAsync(connection));
        }

        await Patience.SoonAsync(() => test.Leased == 0);
        Assert.Empty(await test.ReadAsync());
    }

    [Theory, ClassData<EveryScopeDb>]
    public async Task Revoked_lease_of_a_scope_aborts_it(ScopeDb db)
    {
        await using var test = await ScopeTest.CreateAsync(db);
        var scope = ScopeTest.NewScope();
        await test.InsertAsync(1);
        var lease = Assert.Single(test.Pool.GetLeases());
        Assert.True(lease.IsEnlisted);
        Assert.Contains("in an ambient transaction", lease.ToString(), StringComparison.Ordinal);
        Assert.Contains(nameof(ScopeTest), lease.CallSite.FilePath, StringComparison.Ordinal);
        Assert.True(test.Pool.TryRevoke(lease));
        scope.Complete();
        var aborted = Assert.Throws<TransactionAbortedException>(scope.Dispose);
        Assert.IsType<LeaseRevokedException>(aborted.InnerException);
        await Patience.SoonAsync(() => test.Leased == 0);
        await Patience.SoonAsync(async () => (await test.ReadAsync()).Count == 0, "rows are left");
    }

    [Theory, ClassData<EveryScopeDb>]
    public async Task Cleared_pool_keeps_the_session_of_a_scope_to_its_end(ScopeDb db)
    {
        await using var test = await ScopeTest.CreateAsync(db);
        using (var scope = ScopeTest.NewScope())
        {
            await test.InsertAsync(1);
            test.Pool.Clear();
            await test.InsertAsync(2);
            Assert.Equal(1, test.Pool.GetStatistics().ConnectionsOpened);
            scope.Complete();
        }

        Assert.Equal([1, 2], await test.ReadAsync());
        await Patience.SoonAsync(() => test.Pool.GetStatistics().Counts.Total == 0);
    }

    [Theory, ClassData<EveryScopeDb>]
    public async Task Drain_waits_for_the_scope_which_still_gets_its_session(ScopeDb db)
    {
        await using var test = await ScopeTest.CreateAsync(db);
        Task draining;
        using (var scope = ScopeTest.NewScope())
        {
            await test.InsertAsync(1);
            draining = test.Pool.DrainAsync();
            await test.InsertAsync(2);
            Assert.False(draining.IsCompleted);
            scope.Complete();
        }

        await draining.Soon();
        Assert.Equal([1, 2], await test.ReadAsync());
    }

    [Theory, ClassData<EveryScopeDb>]
    public async Task Closed_pool_gives_the_scope_no_session_but_its_work_is_committed(ScopeDb db)
    {
        await using var test = await ScopeTest.CreateAsync(db);
        using (var scope = ScopeTest.NewScope())
        {
            await test.InsertAsync(1);
            await test.Pool.DisposeAsync();
            await Assert.ThrowsAsync<PoolClosedException>(() => test.InsertAsync(2));
            scope.Complete();
        }

        Assert.Equal([1], await test.ReadAsync());
        await Patience.SoonAsync(() => test.Pool.GetStatistics().Counts.Total == 0);
    }

    [Theory, ClassData<EveryScopeDb>]
    public async Task Acquire_timeout_says_that_scopes_have_the_connections(ScopeDb db)
    {
        await using var test = await ScopeTest.CreateAsync(db, maxSize: 1);
        using var scope = ScopeTest.NewScope();
        await test.InsertAsync(1);
        using (ScopeTest.NewScope(TransactionScopeOption.Suppress))
        {
            var timeout = await Assert.ThrowsAsync<PoolTimeoutException>(async () => await test.Pool.RentAsync(TimeSpan.FromMilliseconds(20)));
            Assert.Contains("in an ambient transaction", timeout.Message, StringComparison.Ordinal);
            Assert.True(Assert.Single(timeout.LongestHolders).IsEnlisted);
        }
    }

    [Theory, ClassData<EveryScopeDb>]
    public async Task Old_connection_is_closed_after_the_scope_not_within(ScopeDb db)
    {
        await using var test = await ScopeTest.CreateAsync(db);
        using (var scope = ScopeTest.NewScope())
        {
            await using (var connection = await test.Pool.OpenConnectionAsync())
            {
                await test.InsertAsync(connection, 1);
                connection.RetireOnReturn();
            }

            await test.InsertAsync(2);
            scope.Complete();
        }

        Assert.Equal([1, 2], await test.ReadAsync());
        await Patience.SoonAsync(() => test.Pool.GetStatistics().Counts.Total == 0);
    }

    // The work of the scope would be lost with its session.
    [Theory, ClassData<EveryScopeDb>]
    public async Task Collected_connection_leaves_its_session_to_the_scope(ScopeDb db)
    {
        await using var test = await ScopeTest.CreateAsync(db);
        var reports = new List<LeakKind>();
        test.Pool.LeakReported += (_, report) => reports.Add(report.Kind);
        using (var scope = ScopeTest.NewScope())
        {
            Forget(test);
            await Patience.SoonAsync(() =>
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
                return reports.Contains(LeakKind.Abandoned);
            });
            Assert.Equal(1, test.Leased);
            scope.Complete();
        }

        Assert.Equal([1], await test.ReadAsync());
        await Patience.SoonAsync(() => test.Pool.GetStatistics().Counts.Total == 0);

        [MethodImpl(MethodImplOptions.NoInlining)]
        static void Forget(ScopeTest test) => test.Insert(test.Pool.OpenConnection(), 1);
    }

    [Theory, ClassData<EveryScopeDb>]
    public async Task Second_return_of_a_raw_lease_does_not_take_the_session_from_the_scope(ScopeDb db)
    {
        await using var test = await ScopeTest.CreateAsync(db);
        using var scope = ScopeTest.NewScope();
        var lease = await test.Pool.RentAsync();
        await test.InsertAsync(lease.Connection, 1);
        lease.Dispose();
        await lease.DisposeAsync();
        Assert.Throws<ObjectDisposedException>(() => lease.Connection);
        await using var connection = await test.Pool.OpenConnectionAsync();
        lease.Dispose();
        await test.InsertAsync(connection, 2);
        Assert.Equal(2, await connection.ReadNumberAsync($"SELECT count(*) FROM {test.Table}"));
    }
}
