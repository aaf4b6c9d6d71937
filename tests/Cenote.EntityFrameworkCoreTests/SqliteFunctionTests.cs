using System.Text.RegularExpressions;

namespace Cenote.EntityFrameworkCoreTests;

/// <summary>
/// What EF Core registers on each SQLite connection that it makes is on the pool's, too, once and for good.
/// </summary>
public sealed class SqliteFunctionTests
{
    [Fact]
    public async Task Decimals_and_patterns_are_computed_on_every_connection_of_the_pool()
    {
        await using var database = await TestDatabase.CreateAsync(Db.Sqlite, maxSize: 2);
        await using (var context = database.Context())
        {
            context.AddRange(new Product { Name = "cup", Price = 9.5m }, new Product { Name = "pot", Price = 10.25m });
            await context.SaveChangesAsync(Stop);
        }

        for (var round = 0; round < 3; round++)
        {
            await using var first = database.Context();
            await using var second = database.Context();
            foreach (var context in new[] { first, second })
            {
                await context.Database.OpenConnectionAsync(Stop);
                Assert.Equal(19.75m, await context.Products.SumAsync(product => product.Price, Stop));
                Assert.Equal(10.25m, await context.Products.MaxAsync(product => product.Price, Stop));
                Assert.Equal(0.5m, await context.Products.OrderBy(product => product.Price).Select(product => product.Price % 1m).FirstAsync(Stop));
                Assert.Equal(["cup", "pot"], await context.Products.OrderBy(product => product.Price).Select(product => product.Name).ToArrayAsync(Stop));
#pragma warning disable MA0009 // It becomes SQL, and EF Core's own function has a timeout.
                Assert.Equal(1, await context.Products.CountAsync(product => Regex.IsMatch(product.Name, "^c.p$"), Stop));
#pragma warning restore MA0009
            }
        }

        Assert.Equal(2, database.Pool.GetStatistics().ConnectionsOpened);
        Assert.Equal(0, database.Pool.GetStatistics().ConnectionsClosed);
    }

    [Fact]
    public async Task Functions_exist_when_the_program_opens_the_connection_itself()
    {
        await using var database = await TestDatabase.CreateAsync(Db.Sqlite);
        await using var context = new ShopContext(database.Nameless().UseConnectionPool(database.Pool).Options);
        await context.Database.GetDbConnection().OpenAsync(Stop);
        Assert.Equal(0m, await context.Products.SumAsync(product => product.Price * 2, Stop));
    }
}
