using System.Transactions;
using Cenote.Providers;
using Npgsql;

namespace Cenote.AdoNetTests;

/// <summary>
/// A pool that joins no ambient transaction rents no connection within one, unless it ignores them.
/// </summary>
public class AmbientTransactionTests
{
    [Theory, ClassData<EveryDatabase>]
    public async Task Nothing_is_written_in_a_scope_that_is_not_completed(Db db)
    {
        await using var pool = TestPool.Create(db, configure: options => options.AmbientTransactionBehavior = AmbientTransactionBehavior.Throw);
        await using var table = await TestTable.CreateAsync(pool);
        foreach (var flow in Enum.GetValues<TransactionScopeAsyncFlowOption>())
        {
            foreach (var way in Ways(pool, $"INSERT INTO {table.Name} VALUES (1, 'a', 1)"))
            {
                var scope = new TransactionScope(flow);
                var refused = way();
                scope.Dispose();
                var exception = await Assert.ThrowsAsync<NotSupportedException>(() => refused);
                Assert.Contains("TransactionScope", exception.Message, StringComparison.Ordinal);
                Assert.Contains("TransactionScopeOption.Suppress", exception.Message, StringComparison.Ordinal);
            }
        }

        Assert.Equal(0, pool.GetStatistics().Counts.Leased);
        Assert.Equal(0, await table.CountAsync());
        Assert.Equal(1, pool.GetStatistics().ConnectionsOpened);
    }

    [Theory, ClassData<EveryDatabase>]
    public async Task Pool_that_ignores_scopes_writes_at_once(Db db)
    {
        await using var pool = TestPool.Create(db, configure: options => options.AmbientTransactionBehavior = AmbientTransactionBehavior.Ignore);
        await using var table = await TestTable.CreateAsync(pool);
        var row = 0;
        foreach (var flow in Enum.GetValues<TransactionScopeAsyncFlowOption>())
        {
            using (new TransactionScope(flow))
            {
                using var connection = pool.OpenConnection();
                using var command = connection.Command($"INSERT INTO {table.Name} VALUES ({++row}, 'a', 1)");
                command.ExecuteNonQuery();
                using var transaction = connection.BeginTransaction();
                command.CommandText = $"INSERT INTO {table.Name} VALUES ({row + 100}, 'a', 1)";
                command.ExecuteNonQuery();
                transaction.Rollback();
            }
        }

        Assert.Equal(2, await table.CountAsync());
        Assert.Equal(1, pool.GetStatistics().ConnectionsOpened);
    }

    [Fact]
    public async Task Driver_that_cannot_enlist_is_refused_at_once_with_the_reason()
    {
        await using (var pool = TestPool.Create(Db.Sqlite))
        {
            using var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled);
            var refusal = await Assert.ThrowsAsync<NotSupportedException>(async () => await pool.OpenConnectionAsync());
            Assert.Contains("Microsoft.Data.Sqlite connections cannot join", refusal.Message, StringComparison.Ordinal);
        }

        var sqlite = new AdoNetProvider(Microsoft.Data.Sqlite.SqliteFactory.Instance, "Data Source=:memory:", new AdoNetProviderOptions { ResetCommand = "SELECT 1" });
        foreach (var provider in new[] { TestPool.CreateProvider(Db.Sqlite), sqlite })
        {
            Assert.Equal(AmbientTransactionBehavior.Throw, provider.DefaultAmbientTransactionBehavior);
            var options = new ConnectionPoolOptions { MinSize = 0, AmbientTransactionBehavior = AmbientTransactionBehavior.Enlist };
            var problem = Assert.Throws<PoolOptionsException>(() => new ConnectionPool(provider, options));
            Assert.Contains("AmbientTransactionBehavior is Enlist", problem.Message, StringComparison.Ordinal);
        }
    }

    [Theory, ClassData<EveryDatabase>]
    public async Task A_suppressed_scope_does_not_count_and_open_connections_go_on(Db db)
    {
        await using var pool = TestPool.Create(db, maxSize: 2, configure: options => options.AmbientTransactionBehavior = AmbientTransactionBehavior.Throw);
        await using var table = await TestTable.CreateAsync(pool);
        await using var before = await pool.OpenConnectionAsync();
        using (new TransactionScope(TransactionScopeAsyncFlowOption.Enabled))
        {
            await before.RunAsync($"INSERT INTO {table.Name} VALUES (1, 'a', 1)");
            using (new TransactionScope(TransactionScopeOption.Suppress, TransactionScopeAsyncFlowOption.Enabled))
            {
                await using var connection = await pool.OpenConnectionAsync();
                Assert.Equal(1, await connection.ReadNumberAsync($"SELECT count(*) FROM {table.Name}"));
            }

            await Assert.ThrowsAsync<NotSupportedException>(() => pool.RentAsync().AsTask());
        }

        await before.CloseAsync();
        Assert.Equal(1, await table.CountAsync());
    }

    [Theory]
    [InlineData("Enlist=false", null, AmbientTransactionBehavior.Ignore)]
    [InlineData("Enlist=true", null, AmbientTransactionBehavior.Enlist)]
    [InlineData("Enlist=false", AmbientTransactionBehavior.Throw, AmbientTransactionBehavior.Throw)]
    [InlineData("Enlist=false", AmbientTransactionBehavior.Enlist, AmbientTransactionBehavior.Enlist)]
    [InlineData("", null, AmbientTransactionBehavior.Enlist)]
    [InlineData("", AmbientTransactionBehavior.Ignore, AmbientTransactionBehavior.Ignore)]
    public async Task Option_comes_before_the_connection_string(string keyword, AmbientTransactionBehavior? option, AmbientTransactionBehavior expected)
    {
        var postgreSql = RealServers.PostgreSql + ";" + keyword;
        var mySql = RealServers.MySql + ";" + keyword.Replace("Enlist", "Auto Enlist", StringComparison.Ordinal);
        var plain = new AdoNetProviderOptions { ConnectionStringOverrides = "Pooling=false", ResetCommand = "DISCARD ALL" };
        foreach (var provider in new DatabaseProvider[]
        {
            new PostgreSqlProvider(postgreSql), new MySqlProvider(mySql), new AdoNetProvider(NpgsqlFactory.Instance, postgreSql, plain),
        })
        {
            await using var pool = new ConnectionPool(provider, new ConnectionPoolOptions { MinSize = 0, MaxSize = 1, AmbientTransactionBehavior = option });
            Assert.Equal(expected.ToString(), pool.GetSettings().Single(setting => setting.Name == "AmbientTransactionBehavior").Value);
            using var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled);
            Assert.Equal(expected == AmbientTransactionBehavior.Enlist, pool.IsEnlisting);
            var exception = await Record.ExceptionAsync(async () => await (await pool.RentAsync()).DisposeAsync());
            Assert.Equal(expected == AmbientTransactionBehavior.Throw, exception is NotSupportedException);
            Assert.Equal(expected == AmbientTransactionBehavior.Enlist ? 1 : 0, pool.GetStatistics().Counts.Leased);
        }
    }

    // Npgsql enlists by itself, and keeps an enlisted session from its pool until the transaction has ended.
    [Fact]
    public async Task Driver_that_enlists_by_itself_does_not_see_the_callers_scope()
    {
        var options = new AdoNetProviderOptions { ConnectionStringOverrides = "Pooling=false", ResetCommand = "DISCARD ALL" };
        await using var pool = new ConnectionPool(
            new AdoNetProvider(NpgsqlFactory.Instance, RealServers.PostgreSql, options),
            new ConnectionPoolOptions { MinSize = 0, MaxSize = 1, AmbientTransactionBehavior = AmbientTransactionBehavior.Ignore });
        await using var table = await TestTable.CreateAsync(pool);
        pool.Clear();
        using (new TransactionScope(TransactionScopeAsyncFlowOption.Enabled))
        {
            await using (var connection = await pool.OpenConnectionAsync())
            {
                await connection.RunAsync($"INSERT INTO {table.Name} VALUES (1, 'a', 1)");
            }

            await using var dedicated = await pool.OpenDedicatedConnectionAsync();
            await dedicated.Connection.RunAsync($"INSERT INTO {table.Name} VALUES (2, 'a', 1)");
        }

        Assert.Equal(2, await table.CountAsync());
    }

    [Fact]
    public async Task Completed_scope_gives_no_connection_either()
    {
        await using var pool = TestPool.Create(Db.Sqlite);
        using var scope = new TransactionScope();
        scope.Complete();
        Assert.ThrowsAny<InvalidOperationException>(() => pool.Rent());
    }

    // Each begins synchronously, where the scope of one thread is seen, too.
    private static IEnumerable<Func<Task>> Ways(ConnectionPool pool, string insert)
    {
        var waiting = TimeSpan.FromSeconds(5);
        yield return () => Sync(() => Insert(pool.OpenConnection()));
        yield return async () => Insert(await pool.OpenConnectionAsync());
        yield return () => Sync(() => Insert(((DbDataSource)pool).OpenConnection()));
        yield return async () => Insert(await ((DbDataSource)pool).OpenConnectionAsync());
        yield return () => Sync(() => Open(pool.CreateConnection()));
        yield return () => pool.CreateConnection().OpenAsync();
        yield return () => Sync(() => Open(pool.ProviderFactory.CreateConnection()!));
        yield return () => Sync(() => pool.CreateCommand(insert).ExecuteNonQuery());
        yield return () => pool.CreateCommand(insert).ExecuteNonQueryAsync();
        yield return () => Sync(() => pool.CreateCommand(insert).ExecuteScalar());
        yield return () => pool.CreateCommand(insert).ExecuteScalarAsync();
        yield return () => Sync(() => pool.CreateCommand(insert).ExecuteReader());
        yield return () => pool.CreateCommand(insert).ExecuteReaderAsync();
        yield return () => Sync(() => Insert(pool.Rent().Connection));
        yield return async () => Insert((await pool.RentAsync()).Connection);
        yield return () => Sync(() => Insert(pool.Rent(waiting).Connection));
        yield return async () => Insert((await pool.RentAsync(waiting)).Connection);
        yield return () => Sync(() => pool.TryRent(out _));
        yield return async () => Insert((await pool.OpenDedicatedConnectionAsync()).Connection);
        yield return () => pool.ExecuteAsync((connection, _) => connection.RunAsync(insert));
        if (pool.Provider.Factory.CanCreateBatch)
        {
            yield return () => Batch().ExecuteNonQueryAsync();
            yield return () => Sync(() => Batch().ExecuteNonQuery());
        }

        static void Open(DbConnection connection) => connection.Open();

        DbBatch Batch()
        {
            var batch = pool.CreateBatch();
            var command = batch.CreateBatchCommand();
            command.CommandText = insert;
            batch.BatchCommands.Add(command);
            return batch;
        }

        void Insert(DbConnection connection)
        {
            using var command = connection.CreateCommand();
            command.CommandText = insert;
            command.ExecuteNonQuery();
        }

        static Task Sync(Action action)
        {
            try
            {
                action();
                return Task.CompletedTask;
            }
            catch (Exception exception)
            {
                return Task.FromException(exception);
            }
        }
    }
}
