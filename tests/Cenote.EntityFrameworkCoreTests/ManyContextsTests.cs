namespace Cenote.EntityFrameworkCoreTests;

public sealed class ManyContextsTests
{
    private const int Contexts = 200;

    [Theory, ClassData<EveryDatabase>]
    public async Task Two_hundred_contexts_at_once_do_all_their_work_on_eight_connections(Db kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        await using (var context = database.Context())
        {
            context.Add(new Product { Name = "cup", Stock = Contexts });
            await context.SaveChangesAsync(Stop);
        }

        await Task.WhenAll(Enumerable.Range(0, Contexts).Select(i => Task.Run(() => OrderAsync(database, i), Stop)));

        await using (var context = database.Context())
        {
            Assert.Equal(0, (await context.Products.SingleAsync(Stop)).Stock);
            Assert.Equal(Contexts, await context.Orders.Select(order => order.Customer).Distinct().CountAsync(Stop));
            Assert.Equal(2 * Contexts, await context.Set<OrderLine>().CountAsync(Stop));
        }

        var statistics = database.Pool.GetStatistics();
        Assert.InRange(statistics.ConnectionsOpened, 1, 8);
        Assert.Equal(0, statistics.ConnectionsClosed);
        Assert.Equal(0, statistics.Errors);
        Assert.Equal(0, statistics.Timeouts);
        Assert.True(statistics.Rents >= 3 * Contexts);
        await database.AssertAllReturnedAsync();
    }

    private static async Task OrderAsync(TestDatabase database, int number)
    {
        await using var context = database.Context();
        Assert.NotNull(await context.Products.AsNoTracking().FirstOrDefaultAsync(product => product.Name == "cup", Stop));
        await using (var transaction = await context.Database.BeginTransactionAsync(IsolationLevel.ReadCommitted, Stop))
        {
            Assert.Equal(1, await context.Products.ExecuteUpdateAsync(set => set.SetProperty(product => product.Stock, product => product.Stock - 1), Stop));
            context.Add(new Order { Customer = "customer " + number, Lines = { new OrderLine { ProductId = 1 }, new OrderLine { ProductId = 2 } } });
            await context.SaveChangesAsync(Stop);
            await transaction.CommitAsync(Stop);
        }

        var customer = "customer " + number;
        Assert.Equal(2, (await context.Orders.Include(order => order.Lines).AsSplitQuery().SingleAsync(order => order.Customer == customer, Stop)).Lines.Count);
    }
}
