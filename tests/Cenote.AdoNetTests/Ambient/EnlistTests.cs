using System.Data.Common;
using System.Transactions;

namespace Cenote.AdoNetTests.Ambient;

/// <summary>Connections that their holder enlists, and transactions with several participants.</summary>
public sealed class EnlistTests
{
    [Theory, ClassData<EveryScopeDb>]
    public async Task Connection_joins_a_transaction_by_hand_and_goes_on_after_it(ScopeDb db)
    {
        await using var test = await ScopeTest.CreateAsync(db);
        await using (var connection = await test.Pool.OpenConnectionAsync())
        {
            foreach (var commits in new[] { true, false, true })
            {
                using var transaction = new CommittableTransaction();
                connection.EnlistTransaction(transaction);
                connection.EnlistTransaction(transaction);
                await test.InsertAsync(connection, (await test.ReadAsync()).Count + 1);
                if (commits)
                {
                    transaction.Commit();
                }
                else
                {
                    transaction.Rollback();
                }

                connection.EnlistTransaction(null);
            }

            await test.InsertAsync(connection, 3);
        }

        Assert.Equal([1, 2, 3], await test.ReadAsync());
        Assert.Equal(1, test.Pool.GetStatistics().ConnectionsOpened);
    }

    [Theory]
    [InlineData(ScopeDb.PostgreSqlOwnReset)]
    [InlineData(ScopeDb.PostgreSqlDriverReset)]
    public async Task Failed_statement_on_one_of_two_sessions_rolls_both_back(ScopeDb db)
    {
        await using var test = await ScopeTest.CreateAsync(db);
        var scope = ScopeTest.NewScope();
        await using (var first = await test.Pool.OpenConnectionAsync())
        await using (var second = await test.Pool.OpenConnectionAsync())
        {
            await test.InsertAsync(second, 2);
            await test.InsertAsync(first, 1);
            await Assert.ThrowsAnyAsync<DbException>(() => test.InsertAsync(first, 1));
        }

        scope.Complete();
        Assert.Throws<TransactionAbortedException>(scope.Dispose);
        Assert.Empty(await test.ReadAsync());
        Assert.Equal(0, test.Leased);
    }

    [Theory]
    [InlineData(ScopeDb.PostgreSqlOwnReset)]
    [InlineData(ScopeDb.PostgreSqlDriverReset)]
    public async Task Reader_that_is_open_at_the_end_of_the_scope_rolls_it_back(ScopeDb db)
    {
        await using var test = await ScopeTest.CreateAsync(db);
        var scope = ScopeTest.NewScope();
        var connection = await test.Pool.OpenConnectionAsync();
        await test.InsertAsync(connection, 1);
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT generate_series(1, 100000)";
        var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();

        scope.Complete();
        Assert.Throws<TransactionAbortedException>(scope.Dispose);

        await Record.ExceptionAsync(async () => await reader.DisposeAsync());
        await Assert.ThrowsAnyAsync<Exception>(() => test.InsertAsync(connection, 2));
        await connection.DisposeAsync();
        Assert.Empty(await test.ReadAsync());
    }

    [Theory, ClassData<EveryScopeDb>]
    public async Task Enlisting_is_refused_where_it_cannot_be(ScopeDb db)
    {
        await using var test = await ScopeTest.CreateAsync(db);
        await using var connection = test.Pool.CreateConnection();
        using var one = new CommittableTransaction();
        using var two = new CommittableTransaction();
        connection.EnlistTransaction(null);
        Assert.Throws<InvalidOperationException>(() => connection.EnlistTransaction(one));
        await connection.OpenAsync();
        await using (await connection.BeginTransactionAsync())
        {
            Assert.Throws<InvalidOperationException>(() => connection.EnlistTransaction(one));
        }

        connection.EnlistTransaction(one);
        Assert.Throws<InvalidOperationException>(() => connection.EnlistTransaction(two));
        Assert.Throws<InvalidOperationException>(() => connection.EnlistTransaction(null));
        one.Rollback();
        using var ended = new CommittableTransaction();
        ended.Rollback();
        Assert.ThrowsAny<TransactionException>(() => connection.EnlistTransaction(ended));
    }

    [Theory, ClassData<EveryScopeDb>]
    public async Task Closed_connection_leaves_its_work_to_the_transaction(ScopeDb db)
    {
        await using var test = await ScopeTest.CreateAsync(db, configure: options => options.AmbientTransactionBehavior = AmbientTransactionBehavior.Throw);
        using var transaction = new CommittableTransaction();
        await using (var connection = await test.Pool.OpenConnectionAsync())
        {
            connection.EnlistTransaction(transaction);
            await test.InsertAsync(connection, 1);
        }

        Assert.Equal(1, test.Leased);
        Assert.Empty(await test.ReadAsync());
        await Task.Factory.FromAsync(transaction.BeginCommit, transaction.EndCommit, null);
        Assert.Equal(0, test.Leased);
        Assert.Equal([1], await test.ReadAsync());
    }

    [Theory, ClassData<EveryScopeDb>]
    public async Task Dependent_transaction_has_the_session_of_its_parent(ScopeDb db)
    {
        await using var test = await ScopeTest.CreateAsync(db);
        using (var scope = ScopeTest.NewScope())
        {
            await test.InsertAsync(1);
            var dependent = Transaction.Current!.DependentClone(DependentCloneOption.BlockCommitUntilComplete);
            var work = Patience.OnOwnThread(() =>
            {
                using (dependent)
                using (var inner = new TransactionScope(dependent))
                {
                    using var connection = test.Pool.OpenConnection();
                    test.Insert(connection, 2);
                    connection.Close();
                    inner.Complete();
                    dependent.Complete();
                }

                return true;
            });
            await work.Soon();
            scope.Complete();
        }

        Assert.Equal([1, 2], await test.ReadAsync());
        Assert.Equal(1, test.Pool.GetStatistics().ConnectionsOpened);
    }

    [Theory, ClassData<EveryScopeDb>]
    public async Task Two_open_connections_are_committed_together_or_the_second_is_refused(ScopeDb db)
    {
        await using var test = await ScopeTest.CreateAsync(db);
        foreach (var commits in new[] { true, false })
        {
            using var scope = ScopeTest.NewScope();
            await using var first = await test.Pool.OpenConnectionAsync();
            await test.InsertAsync(first, commits ? 1 : 11);
            if (!test.CanPrepare)
            {
                var refusal = await Assert.ThrowsAsync<NotSupportedException>(async () => await test.Pool.OpenConnectionAsync());
                Assert.Contains("Close the first connection", refusal.Message, StringComparison.Ordinal);
                Assert.Equal(1, test.Leased);
                continue;
            }

            await using var second = await test.Pool.OpenConnectionAsync();
            await test.InsertAsync(second, commits ? 2 : 12);
            Assert.NotEqual(await test.RecordAsync(first), await test.RecordAsync(second));
            Assert.Equal(2, test.Leased);
            await first.CloseAsync();
            await second.CloseAsync();
            if (commits)
            {
                scope.Complete();
            }
        }

        Assert.Equal(test.CanPrepare ? new List<long> { 1, 2 } : [], await test.ReadAsync());
        Assert.Equal(0, test.Leased);
    }

    [Theory]
    [InlineData(ScopeDb.PostgreSqlDriverReset)]
    [InlineData(ScopeDb.MariaDb)]
    public async Task One_lost_session_of_two_rolls_both_back(ScopeDb db)
    {
        await using var test = await ScopeTest.CreateAsync(db);
        var scope = ScopeTest.NewScope();
        await using (var first = await test.Pool.OpenConnectionAsync())
        await using (var second = await test.Pool.OpenConnectionAsync())
        {
            await test.InsertAsync(first, 1);
            await test.InsertAsync(second, 2);
            await test.KillAsync(await test.RecordAsync(second));
        }

        scope.Complete();
        Assert.Throws<TransactionAbortedException>(scope.Dispose);
        Assert.Equal(0, test.Leased);
        Assert.Empty(await test.ReadAsync());
    }

    [Fact]
    public async Task Pools_of_two_databases_commit_together()
    {
        await using var postgreSql = await ScopeTest.CreateAsync(ScopeDb.PostgreSqlOwnReset);
        await using var mariaDb = await ScopeTest.CreateAsync(ScopeDb.MariaDb);
        foreach (var commits in new[] { false, true })
        {
            using var scope = ScopeTest.NewScope();
            await postgreSql.InsertAsync(1);
            await mariaDb.InsertAsync(1);
            await postgreSql.InsertAsync(2);
            await mariaDb.InsertAsync(2);
            if (commits)
            {
                scope.Complete();
            }
        }

        Assert.Equal([1, 2], await postgreSql.ReadAsync());
        Assert.Equal([1, 2], await mariaDb.ReadAsync());
    }

    [Theory]
    [InlineData(ScopeDb.AdoNet)]
    [InlineData(ScopeDb.MariaDbWithoutXa)]
    public async Task Pool_that_cannot_prepare_aborts_a_transaction_of_several(ScopeDb db)
    {
        await using var able = await ScopeTest.CreateAsync(ScopeDb.PostgreSqlOwnReset);
        await using var unable = await ScopeTest.CreateAsync(db);
        var scope = ScopeTest.NewScope();
        await able.InsertAsync(1);
        await unable.InsertAsync(1);
        scope.Complete();
        var aborted = Assert.Throws<TransactionAbortedException>(scope.Dispose);
        Assert.Contains("several participants", Assert.IsType<NotSupportedException>(aborted.InnerException).Message, StringComparison.Ordinal);
        Assert.Empty(await able.ReadAsync());
        Assert.Empty(await unable.ReadAsync());
    }
}
