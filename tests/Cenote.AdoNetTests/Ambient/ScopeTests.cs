using System.Transactions;
using Dapper;
using IsolationLevel = System.Transactions.IsolationLevel;

namespace Cenote.AdoNetTests.Ambient;

/// <summary>Connections that are opened within a scope, and its end.</summary>
public sealed class ScopeTests
{
    [Theory, ClassData<EveryScopeDb>]
    public async Task Completed_scope_commits_and_returns_the_lease(ScopeDb db)
    {
        await using var test = await ScopeTest.CreateAsync(db);
        using (var scope = ScopeTest.NewScope())
        {
            await test.InsertAsync(1);
            Assert.Empty(await test.ReadAsync());
            Assert.Equal(1, test.Leased);
            scope.Complete();
        }

        Assert.Equal(0, test.Leased);
        Assert.Equal([1], await test.ReadAsync());
        await test.InsertAsync(2);
        Assert.Equal([1, 2], await test.ReadAsync());
        Assert.Equal(1, test.Pool.GetStatistics().ConnectionsOpened);
    }

    [Theory, ClassData<EveryScopeDb>]
    public async Task Abandoned_scope_rolls_back_and_returns_the_lease(ScopeDb db)
    {
        await using var test = await ScopeTest.CreateAsync(db);
        using (ScopeTest.NewScope())
        {
            await test.InsertAsync(1);
        }

        Assert.Equal(0, test.Leased);
        Assert.Empty(await test.ReadAsync());
        await test.InsertAsync(1);
        Assert.Equal(1, test.Pool.GetStatistics().ConnectionsOpened);
    }

    [Theory, ClassData<EveryScopeDb>]
    public async Task Second_open_gets_the_same_session_after_the_first_is_closed(ScopeDb db)
    {
        await using var test = await ScopeTest.CreateAsync(db);
        using (var scope = ScopeTest.NewScope())
        {
            var sessions = new HashSet<long>();
            for (var id = 1; id <= 5; id++)
            {
                await using var connection = id % 2 == 0 ? await test.Pool.OpenConnectionAsync() : test.Pool.OpenConnection();
                sessions.Add(await test.RecordAsync(connection));
                await test.InsertAsync(connection, id);
                Assert.Equal(id, await connection.ReadNumberAsync($"SELECT count(*) FROM {test.Table}"));
            }

            Assert.Single(sessions);
            scope.Complete();
        }

        Assert.Equal([1, 2, 3, 4, 5], await test.ReadAsync());
        Assert.Equal(5, test.Pool.GetStatistics().Rents);
    }

    [Theory, ClassData<EveryScopeDb>]
    public async Task One_connection_is_opened_and_closed_many_times(ScopeDb db)
    {
        await using var test = await ScopeTest.CreateAsync(db, maxSize: 1);
        using (var scope = new TransactionScope())
        {
            using var connection = test.Pool.CreateConnection();
            for (var id = 1; id <= 3; id++)
            {
                connection.Open();
                test.Insert(connection, id);
                connection.Close();
                Assert.Equal(ConnectionState.Closed, connection.State);
            }

            scope.Complete();
        }

        Assert.Equal([1, 2, 3], await test.ReadAsync());
    }

    [Theory, ClassData<EveryScopeDb>]
    public async Task Connection_that_is_open_at_the_commit_goes_on_outside_of_it(ScopeDb db)
    {
        await using var test = await ScopeTest.CreateAsync(db);
        await using (var connection = test.Pool.CreateConnection())
        {
            using (var scope = ScopeTest.NewScope())
            {
                await connection.OpenAsync();
                await test.InsertAsync(connection, 1);
                scope.Complete();
            }

            await test.InsertAsync(connection, 2);
            await using var transaction = await connection.BeginTransactionAsync();
            await test.InsertAsync(connection, 3);
            await transaction.RollbackAsync();
            Assert.Equal(1, test.Leased);
        }

        Assert.Equal([1, 2], await test.ReadAsync());
        Assert.Equal(1, test.Pool.GetStatistics().ConnectionsOpened);
    }

    [Theory, ClassData<EveryScopeDb>]
    public async Task Connection_that_is_open_at_the_rollback_commits_nothing_more(ScopeDb db)
    {
        await using var test = await ScopeTest.CreateAsync(db);
        await using var connection = test.Pool.CreateConnection();
        using (ScopeTest.NewScope())
        {
            await connection.OpenAsync();
            await test.InsertAsync(connection, 1);
        }

        var refusal = await Assert.ThrowsAsync<LeaseRevokedException>(() => connection.RunAsync($"INSERT INTO {test.Table} VALUES (2)"));
        Assert.Contains("rolled back", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(ConnectionState.Broken, connection.State);
        await connection.CloseAsync();
        await connection.OpenAsync();
        await test.InsertAsync(connection, 3);
        Assert.Equal([3], await test.ReadAsync());
    }

    [Theory, ClassData<EveryScopeDb>]
    public async Task Nested_and_suppressed_scopes_have_their_own_outcome(ScopeDb db)
    {
        await using var test = await ScopeTest.CreateAsync(db);
        using (var scope = ScopeTest.NewScope())
        {
            await test.InsertAsync(1);
            using (var inner = ScopeTest.NewScope())
            {
                await test.InsertAsync(2);
                inner.Complete();
            }

            using (ScopeTest.NewScope(TransactionScopeOption.RequiresNew))
            {
                await test.InsertAsync(3);
            }

            using (var other = ScopeTest.NewScope(TransactionScopeOption.RequiresNew))
            {
                await test.InsertAsync(4);
                other.Complete();
            }

            using (ScopeTest.NewScope(TransactionScopeOption.Suppress))
            {
                await test.InsertAsync(5);
            }

            Assert.Equal([4, 5], await test.ReadAsync());
            Assert.Equal(1, test.Leased);
        }

        Assert.Equal([4, 5], await test.ReadAsync());
    }

    [Theory, ClassData<EveryScopeDb>]
    public async Task Inner_scope_that_is_not_completed_aborts_the_whole(ScopeDb db)
    {
        await using var test = await ScopeTest.CreateAsync(db);
        using (ScopeTest.NewScope())
        {
            await test.InsertAsync(1);
            using (ScopeTest.NewScope())
            {
                await test.InsertAsync(2);
            }

            await Assert.ThrowsAsync<TransactionAbortedException>(async () => await test.Pool.OpenConnectionAsync());
            Assert.Throws<TransactionAbortedException>(() => test.Pool.Rent());
            Assert.Throws<TransactionAbortedException>(() => test.Pool.TryRent(out _));
            Assert.Equal(0, test.Leased);
        }

        Assert.Empty(await test.ReadAsync());
    }

    [Theory, ClassData<EveryScopeDb>]
    public async Task Raw_leases_and_commands_of_the_pool_join_too(ScopeDb db)
    {
        await using var test = await ScopeTest.CreateAsync(db);
        using (ScopeTest.NewScope())
        {
            await using (var lease = await test.Pool.RentAsync())
            {
                await test.InsertAsync(lease.Connection, 1);
            }

            await using (var command = test.Pool.CreateCommand($"INSERT INTO {test.Table} VALUES (2)"))
            {
                await command.ExecuteNonQueryAsync();
            }

            await using var connection = test.Pool.CreateConnection();
            await connection.ExecuteAsync($"INSERT INTO {test.Table} VALUES (@id)", new { id = 3 });
            Assert.Equal([1, 2, 3], await connection.QueryAsync<int>($"SELECT id FROM {test.Table} ORDER BY id"));
            Assert.True(test.Pool.TryRent(out var tried));
            Assert.Equal(3, await tried.Connection.ReadNumberAsync($"SELECT count(*) FROM {test.Table}"));
            tried.Dispose();
            Assert.False(tried.IsActive);
            Assert.Equal(1, test.Leased);
        }

        Assert.Empty(await test.ReadAsync());
    }

    // Within a transaction of the server, a statement like this would be committed or lost with it.
    [Theory, ClassData<EveryScopeDb>]
    public async Task Enlisted_connection_begins_no_transaction_of_its_own(ScopeDb db)
    {
        await using var test = await ScopeTest.CreateAsync(db);
        using var scope = ScopeTest.NewScope();
        await using var connection = await test.Pool.OpenConnectionAsync();
        await test.InsertAsync(connection, 1);
        Assert.Throws<InvalidOperationException>(() => connection.BeginTransaction());
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await connection.BeginTransactionAsync(System.Data.IsolationLevel.Serializable));
        await test.InsertAsync(connection, 2);
        await Assert.ThrowsAsync<NotSupportedException>(() => test.Pool.ExecuteAsync((_, _) => Task.CompletedTask));
        await Assert.ThrowsAsync<NotSupportedException>(() => test.Pool.OpenDedicatedConnectionAsync().AsTask());
    }

    [Theory, ClassData<EveryScopeDb>]
    public async Task Failed_statement_and_completed_scope_do_not_pass_for_a_commit(ScopeDb db)
    {
        await using var test = await ScopeTest.CreateAsync(db);
        var scope = ScopeTest.NewScope();
        await test.InsertAsync(1);
        await Assert.ThrowsAnyAsync<DbException>(() => test.InsertAsync(1));
        scope.Complete();
        var failure = Record.Exception(scope.Dispose);
        switch (db)
        {
            case ScopeDb.MariaDb or ScopeDb.MariaDbWithoutXa:
                // The server undoes the statement, not the transaction.
                Assert.Null(failure);
                Assert.Equal([1], await test.ReadAsync());
                break;
            case ScopeDb.AdoNet:
                // Npgsql's own enlistment takes the server's rollback for a commit.
                Assert.Null(failure);
                Assert.Empty(await test.ReadAsync());
                break;
            default:
                Assert.IsType<TransactionAbortedException>(failure);
                Assert.Empty(await test.ReadAsync());
                break;
        }

        Assert.Equal(0, test.Leased);
    }

    [Theory]
    [InlineData(IsolationLevel.Serializable, "serializable")]
    [InlineData(IsolationLevel.RepeatableRead, "repeatable read")]
    [InlineData(IsolationLevel.Snapshot, "repeatable read")]
    [InlineData(IsolationLevel.ReadCommitted, "read committed")]
    [InlineData(IsolationLevel.Unspecified, "serializable")]
    public async Task Isolation_level_of_the_scope_is_that_of_the_server(IsolationLevel level, string expected)
    {
        await using var test = await ScopeTest.CreateAsync(ScopeDb.PostgreSqlDriverReset);
        using var scope = new TransactionScope(
            TransactionScopeOption.Required, new TransactionOptions { IsolationLevel = level }, TransactionScopeAsyncFlowOption.Enabled);
        await using var command = test.Pool.CreateCommand("SHOW transaction_isolation");
        Assert.Equal(expected, await command.ExecuteScalarAsync());
    }

    [Fact]
    public async Task Level_that_the_server_does_not_have_is_refused_and_returns_the_lease()
    {
        foreach (var db in new[] { ScopeDb.PostgreSqlDriverReset, ScopeDb.MariaDbWithoutXa })
        {
            await using var test = await ScopeTest.CreateAsync(db);
            using var scope = new TransactionScope(
                TransactionScopeOption.Required, new TransactionOptions { IsolationLevel = IsolationLevel.Chaos }, TransactionScopeAsyncFlowOption.Enabled);
            await Assert.ThrowsAsync<NotSupportedException>(async () => await test.Pool.OpenConnectionAsync());
            Assert.Equal(0, test.Leased);
        }
    }

    // The session that the first holder leaves has its tenant.
    [Fact]
    public async Task Open_with_another_session_context_is_refused_within_a_transaction()
    {
        await using var test = await ScopeTest.CreateAsync(ScopeDb.PostgreSqlDriverReset);
        var one = SessionContext.Empty.With("scope_test.tenant", "1");
        var two = SessionContext.Empty.With("scope_test.tenant", "2");
        using (ScopeTest.NewScope())
        {
            for (var time = 0; time < 2; time++)
            {
                await using var connection = await test.Pool.OpenConnectionAsync(one);
                Assert.Equal(1, await connection.ReadNumberAsync("SELECT current_setting('scope_test.tenant')::int"));
            }

            await Assert.ThrowsAsync<NotSupportedException>(async () => await test.Pool.OpenConnectionAsync(two));
            await Assert.ThrowsAsync<NotSupportedException>(async () => await test.Pool.OpenConnectionAsync());
            Assert.Equal(1, test.Leased);
        }

        Assert.Equal(0, test.Leased);
    }

    [Fact]
    public async Task The_callback_for_the_session_context_is_called_once_for_an_open()
    {
        var calls = 0;
        await using var test = await ScopeTest.CreateAsync(
            ScopeDb.PostgreSqlDriverReset,
            configure: options => options.SessionContextProvider = () => SessionContext.Empty.With("scope_test.tenant", $"{Interlocked.Increment(ref calls)}"));
        using (ScopeTest.NewScope())
        {
            await using var connection = await test.Pool.OpenConnectionAsync();
            Assert.Equal(calls, await connection.ReadNumberAsync("SELECT current_setting('scope_test.tenant')::int"));
        }

        Assert.Equal(1, calls);
    }

    [Theory, ClassData<EveryScopeDb>]
    public async Task Many_scopes_at_once_leave_nothing(ScopeDb db)
    {
        await using var test = await ScopeTest.CreateAsync(db, maxSize: 4);
        await Task.WhenAll(Enumerable.Range(0, 24).Select(async number =>
        {
            using var scope = ScopeTest.NewScope();
            await using (var connection = await test.Pool.OpenConnectionAsync())
            {
                await connection.RunAsync($"INSERT INTO {test.Table} VALUES ({number * 2})");
            }

            await Task.Yield();
            await using (var connection = await test.Pool.OpenConnectionAsync())
            {
                await connection.RunAsync($"INSERT INTO {test.Table} VALUES ({(number * 2) + 1})");
            }

            if (number % 3 != 0)
            {
                scope.Complete();
            }
        })).Soon();
        Assert.Equal(32, (await test.ReadAsync()).Count);
        Assert.Equal(0, test.Leased);
    }
}
