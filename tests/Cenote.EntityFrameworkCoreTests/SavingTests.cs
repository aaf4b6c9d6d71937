namespace Cenote.EntityFrameworkCoreTests;

public sealed class SavingTests
{
    [Theory, ClassData(typeof(EveryDatabase))]
    public async Task What_one_context_saves_the_next_one_reads(Db kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        await using (var context = database.Context())
        {
            context.AddRange(new Product { Name = "cup", Price = 3.5m }, new Product { Name = "pot", Price = 12.25m });
            Assert.Equal(2, await context.SaveChangesAsync(TestContext.Current.CancellationToken));
            Assert.Empty(database.Pool.GetLeases());
        }

        await using (var context = database.Context())
        {
            var dear = await context.Products.Where(product => product.Price * 2 > 10).ToListAsync(TestContext.Current.CancellationToken);
            Assert.Equal("pot", Assert.Single(dear).Name);
            Assert.Empty(database.Pool.GetLeases());
        }

        await database.AssertAllReturnedAsync();
    }
}
