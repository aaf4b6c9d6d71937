using Cenote.EntityFrameworkCoreTests.Watching;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace Cenote.EntityFrameworkCoreTests;

/// <summary>EF Core's own retries, on a pool whose connections die.</summary>
public sealed class RetryTests
{
    [Theory, ClassData<PostgreSqlDatabases>]
    public async Task Work_runs_again_on_a_new_connection_when_the_server_ends_its_session(Db kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, maxSize: 2);
        await using var context = Retrying(database);
        var tries = 0;
        await context.Database.CreateExecutionStrategy().ExecuteAsync(async () =>
        {
            context.ChangeTracker.Clear();
            await using var transaction = await context.Database.BeginTransactionAsync(Stop);
            context.Add(new Product { Name = "cup" });
            await context.SaveChangesAsync(Stop);
            if (++tries == 1)
            {
                await EndSessionOfAsync(context, database);
            }

            context.Add(new Product { Name = "pot" });
            await context.SaveChangesAsync(Stop);
            await transaction.CommitAsync(Stop);
        });

        Assert.Equal(2, tries);
        Assert.Equal(2, await context.Products.CountAsync(Stop));
        Assert.Equal(1, database.Pool.GetStatistics().ConnectionsClosedByReason[CloseReason.ConnectionLost]);
        await database.AssertAllReturnedAsync();
    }

    [Theory, ClassData<PostgreSqlDatabases>]
    public async Task A_query_and_a_save_survive_the_end_of_every_idle_session(Db kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, maxSize: 1);
        await using var context = Retrying(database);
        for (var i = 0; i < 2; i++)
        {
            await EndSessionOfAsync(context, database);
            context.Add(new Product { Name = "cup " + i });
            await context.SaveChangesAsync(Stop);
            await EndSessionOfAsync(context, database);
            Assert.Equal(i + 1, await context.Products.CountAsync(Stop));
        }

        await database.AssertAllReturnedAsync();
    }

    [Theory, ClassData<PostgreSqlDatabases>]
    public async Task Without_retries_the_failure_is_what_it_is_without_a_pool_and_the_next_try_works(Db kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, maxSize: 1);
        await using var context = database.Context();
        var transaction = await context.Database.BeginTransactionAsync(Stop);
        await EndSessionOfAsync(context, database);
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => context.Products.ToListAsync(Stop));
        Assert.IsType<NpgsqlException>(failure.InnerException, exactMatch: false);
        await transaction.DisposeAsync();

        Assert.Empty(await context.Products.ToListAsync(Stop));
        await database.AssertAllReturnedAsync();
    }

    [Fact]
    public async Task A_missing_server_is_tried_again_as_often_as_the_strategy_allows()
    {
        await using var pool = Unreachable();
        await using var context = new ShopContext(Retrying(pool, out var strategy).Options);

        var failure = await Assert.ThrowsAsync<RetryLimitExceededException>(() => context.Products.ToListAsync(Stop));

        Assert.IsType<NpgsqlException>(failure.InnerException, exactMatch: false);
        Assert.Equal(3, strategy().Seen.Count);
        Assert.All(strategy().Seen, seen => Assert.IsType<NpgsqlException>(seen, exactMatch: false));
        Assert.Throws<RetryLimitExceededException>(() => context.Products.ToList());
    }

    [Fact]
    public async Task A_full_pool_is_not_retried_since_the_caller_has_waited_its_turn()
    {
        await using var database = await TestDatabase.CreateAsync(Db.PostgreSqlDriverReset);
        await using var pool = await database.OpenImpatientPoolAsync();
        await using var lease = await pool.RentAsync(Stop);
        await using var context = new ShopContext(Retrying(pool, out var strategy).Options);

        var failure = await Assert.ThrowsAsync<PoolTimeoutException>(() => context.Products.ToListAsync(Stop));

        Assert.Contains(nameof(RetryTests), failure.Message, StringComparison.Ordinal);
        Assert.Same(failure, Assert.Single(strategy().Seen));
        Assert.Equal(1, pool.GetStatistics().Timeouts);
    }

    private static ShopContext Retrying(TestDatabase database) => new(Retrying(database.Pool, out _).Options);

    private static DbContextOptionsBuilder<ShopContext> Retrying(ConnectionPool pool, out Func<WatchedStrategy> strategy)
    {
        WatchedStrategy? made = null;
        strategy = () => made!;
        var builder = new DbContextOptionsBuilder<ShopContext>();
        builder.UseNpgsql(npgsql => npgsql.ExecutionStrategy(dependencies => made = new WatchedStrategy(dependencies)));
        return builder.UseConnectionPool(pool);
    }

    private static ConnectionPool Unreachable() => new(
        new PostgreSqlProvider($"Host=127.0.0.1;Port={FreePort.Take()};Database=none;Username=none"),
        new ConnectionPoolOptions { MinSize = 0, MaxOpenRetries = 0 });

    private static async Task EndSessionOfAsync(ShopContext context, TestDatabase database)
    {
        await context.Database.OpenConnectionAsync(Stop);
        var session = context.Database.GetPooledConnection().Unwrap<NpgsqlConnection>().ProcessID;
        await context.Database.CloseConnectionAsync();
        await using var other = new NpgsqlConnection(database.ConnectionString + ";Pooling=false");
        await other.OpenAsync(Stop);
        await using var command = new NpgsqlCommand($"SELECT pg_terminate_backend({session}, 10000)", other);
        Assert.Equal(true, await command.ExecuteScalarAsync(Stop));
    }
}
