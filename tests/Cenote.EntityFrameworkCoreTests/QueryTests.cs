namespace Cenote.EntityFrameworkCoreTests;

public sealed class QueryTests
{
    [Theory, ClassData<PoolsAndSet>]
    public async Task A_split_query_reads_one_result_after_the_other_on_one_connection(Db kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, maxSize: 1);
        using var reads = database.BeginReads();
        await FillAsync(database);
        await using var context = database.Context();
        var orders = context.Orders.Include(order => order.Lines).Include(order => order.Notes).OrderBy(order => order.Id).AsSplitQuery();

        foreach (var found in new[] { await orders.ToListAsync(Stop), [.. orders] })
        {
            Assert.Equal(20, found.Count);
            Assert.All(found, order => Assert.Equal((3, 2), (order.Lines.Count, order.Notes.Count)));
        }

        Assert.Equal(1, database.ReadPool.GetStatistics().ConnectionsOpened);
        await database.AssertAllReturnedAsync();
    }

    [Theory, ClassData<PoolsAndSet>]
    public async Task A_streaming_query_holds_its_connection_while_rows_are_read(Db kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        using var reads = database.BeginReads();
        await FillAsync(database);
        await using var context = database.Context();
        var count = 0;
        await foreach (var order in context.Orders.AsAsyncEnumerable().WithCancellation(Stop))
        {
            Assert.Single(database.ReadPool.GetLeases());
            count++;
        }

        Assert.Equal(20, count);
        Assert.Empty(database.GetLeases());
        foreach (var order in context.Orders.AsNoTracking())
        {
            Assert.Single(database.ReadPool.GetLeases());
            break;
        }

        Assert.Empty(database.GetLeases());
        await database.AssertAllReturnedAsync();
    }

    [Theory, ClassData<PoolsAndSet>]
    public async Task A_query_cancelled_while_it_is_read_gives_its_connection_back_fit_for_the_next(Db kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, maxSize: 1);
        using var reads = database.BeginReads();
        await FillAsync(database);
        await using var context = database.Context();
        using var cancelled = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var number in context.Database.SqlQueryRaw<int>(ManyRows.Sql).AsAsyncEnumerable().WithCancellation(cancelled.Token))
            {
                await cancelled.CancelAsync();
            }
        });

        Assert.Equal(20, await context.Orders.CountAsync(Stop));
        await database.AssertAllReturnedAsync();
    }

    [Theory, ClassData<EveryDatabase>]
    public async Task A_compiled_query_serves_contexts_of_any_pool(Db kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        await FillAsync(database);
        var findOrder = EF.CompileAsyncQuery((ShopContext context, int id) => context.Orders.FirstOrDefault(order => order.Id == id));
        await using var secondPool = database.NewPool(options => options.Name = "second");
        await using (var context = database.Context())
        {
            Assert.NotNull(await findOrder(context, 1));
        }

        await using (var context = new ShopContext(database.Plainly().UseConnectionPool(secondPool).Options))
        {
            Assert.NotNull(await findOrder(context, 2));
        }

        Assert.Equal(1, secondPool.GetStatistics().ConnectionsOpened);
        await database.AssertAllReturnedAsync();
    }

    [Theory, ClassData<PoolsAndSet>]
    public async Task A_query_that_fails_gives_its_connection_back(Db kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, maxSize: 1);
        using var reads = database.BeginReads();
        await FillAsync(database);
        await using var context = database.Context();
        for (var i = 0; i < 3; i++)
        {
            await Assert.ThrowsAnyAsync<DbException>(() => context.Database.SqlQueryRaw<int>("SELECT nothing FROM nowhere").ToListAsync(Stop));
            Assert.ThrowsAny<DbException>(() => context.Database.ExecuteSqlRaw("SELECT nothing FROM nowhere"));
            await Assert.ThrowsAsync<InvalidOperationException>(() => context.Orders.Select(order => Throw(order.Id)).ToListAsync(Stop));
            Assert.Empty(database.GetLeases());
        }

        Assert.Equal(20, await context.Orders.CountAsync(Stop));
        await database.AssertAllReturnedAsync();
    }

    private static int Throw(int id) => throw new InvalidOperationException($"order {id} cannot be shown");

    private static async Task FillAsync(TestDatabase database)
    {
        await using var context = database.Context();
        context.AddRange(Enumerable.Range(0, 20).Select(i => new Order
        {
            Customer = "customer " + i,
            Lines = { new OrderLine { ProductId = 1 }, new OrderLine { ProductId = 2 }, new OrderLine { ProductId = 3 } },
            Notes = { new OrderNote { Text = "a" }, new OrderNote { Text = "b" } },
        }));
        await context.SaveChangesAsync(Stop);
    }
}
