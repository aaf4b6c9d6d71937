using Microsoft.Extensions.Time.Testing;

namespace Cenote.EntityFrameworkCoreTests;

public sealed class SavingTests
{
    [Theory, ClassData<PoolsAndSet>]
    public async Task What_one_context_saves_the_next_one_reads(Db kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        using var reads = database.BeginReads();
        await using (var context = database.Context())
        {
            context.AddRange(new Product { Name = "cup", Price = 3.5m }, new Product { Name = "pot", Price = 12.25m });
            Assert.Equal(2, await context.SaveChangesAsync(Stop));
            Assert.Empty(database.GetLeases());
        }

        await using (var context = database.Context())
        {
            var dear = await context.Products.Where(product => product.Price * 2 > 10).ToListAsync(Stop);
            Assert.Equal("pot", Assert.Single(dear).Name);
            Assert.Empty(database.GetLeases());
        }

        await database.AssertAllReturnedAsync();
    }

    [Theory, ClassData<PoolsAndSet>]
    public async Task Many_rows_are_saved_in_batches_with_their_keys_read_back(Db kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        using var reads = database.BeginReads();
        await using var context = database.Context();
        var orders = Enumerable.Range(0, 300).Select(i => new Order { Customer = "customer " + i, Lines = { new OrderLine { ProductId = i } } }).ToList();
        context.AddRange(orders);

        Assert.Equal(600, await context.SaveChangesAsync(Stop));

        Assert.Equal(300, orders.Select(order => order.Id).Distinct().Count());
        Assert.All(orders, order => Assert.Equal(order.Id, order.Lines[0].OrderId));
        orders.ForEach(order => order.Lines[0].Price = 1.5m);
        context.RemoveRange(orders.Take(100));
        Assert.Equal(400, context.SaveChanges());
        await database.AssertAllReturnedAsync();
    }

    [Theory, ClassData<PoolsAndSet>]
    public async Task A_row_changed_by_another_session_is_a_conflict(Db kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        using var reads = database.BeginReads();
        await using var context = database.Context();
        var cup = new Product { Name = "cup" };
        var pot = new Product { Name = "pot" };
        context.AddRange(cup, pot);
        await context.SaveChangesAsync(Stop);
        await using (var other = database.Context())
        {
            await other.Products.Where(product => product.Name == "cup").ExecuteUpdateAsync(set => set.SetProperty(product => product.Version, 1), Stop);
        }

        (cup.Price, pot.Price) = (5, 6);
        var conflict = await Assert.ThrowsAsync<DbUpdateConcurrencyException>(() => context.SaveChangesAsync(Stop));

        Assert.Same(cup, Assert.Single(conflict.Entries).Entity);
        Assert.Empty(database.GetLeases());
        await conflict.Entries[0].ReloadAsync(Stop);
        cup.Price = 7;
        Assert.Equal(2, await context.SaveChangesAsync(Stop));
    }

    [Theory, ClassData<PoolsAndSet>]
    public async Task A_refused_row_throws_the_drivers_own_exception(Db kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, maxSize: 1);
        using var reads = database.BeginReads();
        await using var context = database.Context();
        context.AddRange(new Product { Name = "cup" }, new Product { Name = "cup" });
        var refused = await Assert.ThrowsAsync<DbUpdateException>(() => context.SaveChangesAsync(Stop));

        await using var plain = new ShopContext(database.Plainly().Options);
        plain.AddRange(new Product { Name = "cup" }, new Product { Name = "cup" });
        var plainly = await Assert.ThrowsAsync<DbUpdateException>(() => plain.SaveChangesAsync(Stop));
        Assert.Equal(plainly.InnerException!.GetType(), refused.InnerException!.GetType());
        Assert.Equal(((DbException)plainly.InnerException).SqlState, ((DbException)refused.InnerException).SqlState);

        // The connection is as good as before.
        Assert.Equal(0, await context.Products.CountAsync(Stop));
        Assert.Equal(1, database.Pool.GetStatistics().ConnectionsOpened);
        await database.AssertAllReturnedAsync();
    }

    [Theory, ClassData<PostgreSqlAndSet>]
    public async Task A_save_cancelled_half_way_costs_its_connection_and_nothing_else(Db kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, maxSize: 1);
        using var reads = database.BeginReads();
        await using var context = database.Context();
        var cup = new Product { Name = "cup" };
        context.Add(cup);
        await context.SaveChangesAsync(Stop);
        await using var other = new ShopContext(database.Plainly().Options);
        await using (await other.Database.BeginTransactionAsync(Stop))
        {
            // So many orders that the server sends what it has for them before it comes to the product, which waits for
            // this transaction.
            await other.Products.ExecuteUpdateAsync(set => set.SetProperty(product => product.Stock, 1), Stop);
            using var cancelled = new CancellationTokenSource();
            context.AddRange(Enumerable.Range(0, 500).Select(i => new Order { Customer = "customer " + i }));
            cup.Price = 9;
            var saving = context.SaveChangesAsync(cancelled.Token);
            await WaitForLockAsync(other);
            await cancelled.CancelAsync();
            await Assert.ThrowsAnyAsync<Exception>(() => saving);
        }

        Assert.Equal(0, await context.Orders.CountAsync(Stop));
        Assert.Equal(1, database.Pool.GetStatistics().ConnectionsClosedByReason[CloseReason.RequestedByHolder]);
        Assert.Equal(501, await context.SaveChangesAsync(Stop));
        await database.AssertAllReturnedAsync();
    }

    [Theory, ClassData<EveryDatabase>]
    public async Task The_timeout_of_a_save_ends_with_it(Db kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        var time = new FakeTimeProvider();
        await using var pool = database.NewPool(options => (options.MaxSize, options.TimeProvider, options.QueryTimeout) = (1, time, TimeSpan.FromSeconds(10)));
        await using var context = new ShopContext(database.Plainly().UseConnectionPool(pool).Options);
        await context.Database.OpenConnectionAsync(Stop);
        context.Add(new Product { Name = "cup" });
        await context.SaveChangesAsync(Stop);

        time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(1, await context.Products.CountAsync(Stop));
        await context.Database.CloseConnectionAsync();
        Assert.Equal(1, await context.Products.CountAsync(Stop));
        Assert.Equal((1, 0), (pool.GetStatistics().ConnectionsOpened, pool.GetStatistics().ConnectionsClosed));
    }

    private static async Task WaitForLockAsync(ShopContext context)
    {
        const string Waiting =
            """SELECT count(*)::int AS "Value" FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'""";
        while (await context.Database.SqlQueryRaw<int>(Waiting).SingleAsync(Stop) == 0)
        {
            Stop.ThrowIfCancellationRequested();
        }
    }
}
