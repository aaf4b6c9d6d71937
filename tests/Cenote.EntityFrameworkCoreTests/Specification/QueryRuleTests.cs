using System.Text.Json;

namespace Cenote.EntityFrameworkCoreTests.Specification;

/// <summary>Queries over a pool and over a set have the results that they have with the driver alone.</summary>
public sealed class QueryRuleTests
{
    [Theory, ClassData<PoolAndSet>]
    public async Task Queries_have_the_results_that_they_have_without_a_pool(Db kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        using var reads = database.BeginReads();
        await FillAsync(database);
        var differences = new List<string>();
        await using (var before = database.Context())
        {
            // What was written before is read by now.
            await before.Products.ToListAsync(Stop);
        }

        var (onPrimary, onReplica) = (database.Pool.GetStatistics().Rents, database.ReadPool.GetStatistics().Rents);
        foreach (var (name, query) in Queries)
        {
            await using var plain = new ShopContext(database.Plainly().Options);
            var expected = JsonSerializer.Serialize(await query(plain).ToListAsync(Stop));
            await using var context = database.Context();
            var tracked = JsonSerializer.Serialize(query(context).ToList());
            context.ChangeTracker.Clear();
            context.ChangeTracker.QueryTrackingBehavior = QueryTrackingBehavior.NoTracking;
            var untracked = JsonSerializer.Serialize(await query(context).ToListAsync(Stop));
            var streamed = JsonSerializer.Serialize(await StreamAsync(query(context)));
            foreach (var found in new[] { tracked, untracked, streamed })
            {
                if (found != expected)
                {
                    differences.Add($"{name}:{Environment.NewLine}  plain: {expected}{Environment.NewLine}  here:  {found}");
                }
            }

            Assert.True(expected.Length > 10, name + ": " + expected);
        }

        Assert.True(differences.Count == 0, string.Join(Environment.NewLine, differences));
        await database.AssertAllReturnedAsync();
        Assert.True(database.ReadPool.GetStatistics().Rents >= onReplica + (3 * Queries.Count));
        if (database.Set is not null)
        {
            Assert.Equal(onPrimary, database.Pool.GetStatistics().Rents);
        }
    }

    private static Dictionary<string, Func<ShopContext, IQueryable<object>>> Queries { get; } = new(StringComparer.Ordinal)
    {
        ["all"] = static shop => shop.Products.OrderBy(static p => p.Id),
        ["filter"] = static shop => shop.Products.Where(static p => p.Price > 3 && EF.Functions.Like(p.Name, "%t _")).OrderBy(static p => p.Id),
        ["parameters"] = static shop =>
        {
            var (names, price) = (new[] { "product 3", "product 5", "nothing" }, 4m);
            return shop.Products.Where(p => names.Contains(p.Name) || p.Price == price).OrderBy(static p => p.Name);
        },
        ["page"] = static shop => shop.Products.OrderByDescending(static p => p.Price).ThenBy(static p => p.Id).Skip(3).Take(4),
        ["projection"] = static shop => shop.Products.OrderBy(static p => p.Id).Select(static p => new { p.Name, Twice = p.Price * 2, Length = p.Name.Length, Part = p.Name.Substring(2, 3) }),
        ["distinct"] = static shop => shop.Products.Select(static p => p.Stock % 3).Distinct().OrderBy(static n => n).Select(static n => new { n }),
        ["groups"] = static shop => shop.Set<OrderLine>().GroupBy(static line => line.ProductId).OrderBy(static group => group.Key)
            .Select(static group => new { group.Key, Count = group.Count(), Sum = group.Sum(static line => line.Price), Highest = group.Max(static line => line.Price) }),
        ["join"] = static shop => shop.Set<OrderLine>().Join(shop.Products, static line => line.ProductId, static p => p.Id, static (line, p) => new { line.Id, p.Name }).OrderBy(static row => row.Id),
        ["left join"] = static shop => shop.Products.LeftJoin(shop.Set<OrderLine>(), static p => p.Id, static line => line.ProductId, static (p, line) => new { p.Id, Line = (int?)line!.Id }).OrderBy(static row => row.Id).ThenBy(static row => row.Line),
        ["includes"] = static shop => shop.Orders.Include(static o => o.Lines.OrderBy(static line => line.Id)).Include(static o => o.Notes.OrderBy(static note => note.Id)).OrderBy(static o => o.Id),
        ["split includes"] = static shop => shop.Orders.Include(static o => o.Lines.OrderBy(static line => line.Id)).Include(static o => o.Notes.OrderBy(static note => note.Id)).OrderBy(static o => o.Id).AsSplitQuery(),
        ["filtered include"] = static shop => shop.Orders.Include(static o => o.Lines.Where(static line => line.Price > 2).OrderBy(static line => line.Id)).OrderBy(static o => o.Id).Take(3),
        ["collection"] = static shop => shop.Orders.OrderBy(static o => o.Id).Select(static o => new { o.Customer, Prices = o.Lines.OrderBy(static line => line.Id).Select(static line => line.Price).ToList() }),
        ["split collection"] = static shop => shop.Orders.OrderBy(static o => o.Id).Select(static o => new { o.Customer, Notes = o.Notes.OrderBy(static note => note.Id).Select(static note => note.Text).ToList() }).AsSplitQuery(),
        ["flattened"] = static shop => shop.Orders.SelectMany(static o => o.Lines, static (o, line) => new { o.Customer, line.Price, line.Id }).OrderBy(static row => row.Id),
        ["subquery"] = static shop => shop.Orders.Where(o => o.Lines.Any(line => shop.Products.Any(p => p.Id == line.ProductId && p.Stock > 5))).OrderBy(static o => o.Id),
        ["aggregate of a subquery"] = static shop => shop.Orders.OrderBy(static o => o.Id).Select(static o => new { o.Id, Total = o.Lines.Sum(static line => line.Price), Last = o.Lines.OrderByDescending(static line => line.Id).Select(static line => (int?)line.ProductId).FirstOrDefault() }),
        ["union"] = static shop => shop.Products.Where(static p => p.Stock < 3).Union(shop.Products.Where(static p => p.Price > 8)).OrderBy(static p => p.Id),
        ["except"] = static shop => shop.Products.Except(shop.Products.Where(static p => p.Stock < 3)).OrderBy(static p => p.Id),
        ["conditional"] = static shop => shop.Products.OrderBy(static p => p.Id).Select(static p => new { Kind = p.Price > 5 ? "dear" : "cheap", Name = p.Stock == 0 ? null : p.Name }),
        ["tagged"] = static shop => shop.Products.TagWith("a tag").TagWithCallSite().OrderBy(static p => p.Id).Take(2),
        ["composed SQL"] = static shop => shop.Products.FromSql($"""SELECT * FROM "Products" WHERE "Stock" > {2}""").Where(static p => p.Price > 3).OrderBy(static p => p.Id),
        ["SQL"] = static shop => shop.Database.SqlQuery<int>($"""SELECT "Stock" AS "Value" FROM "Products" """).OrderBy(static n => n).Select(static n => new { n }),
        ["client evaluation"] = static shop => shop.Products.OrderBy(static p => p.Id).Select(static p => new { Text = Describe(p.Name, p.Price) }),
        ["many rows"] = static shop => shop.Database.SqlQueryRaw<int>("""SELECT n AS "Value" FROM generate_series(1, 3000) AS n""").OrderBy(static n => n).Select(static n => new { n }),
    };

    private static string Describe(string name, decimal price) => $"{name} at {price}";

    private static async Task<List<object>> StreamAsync(IQueryable<object> query)
    {
        var rows = new List<object>();
        await foreach (var row in query.AsAsyncEnumerable().WithCancellation(Stop))
        {
            rows.Add(row);
        }

        return rows;
    }

    private static async Task FillAsync(TestDatabase database)
    {
        await using var context = database.Context();
        context.AddRange(Enumerable.Range(1, 10).Select(static i => new Product { Name = "product " + i, Price = i, Stock = i * 7 % 10 }));
        context.AddRange(Enumerable.Range(1, 6).Select(static i => new Order
        {
            Customer = "customer " + i,
            Lines = { new OrderLine { ProductId = i, Price = i }, new OrderLine { ProductId = i % 3, Price = 2.5m } },
            Notes = { new OrderNote { Text = "note " + i } },
        }));
        await context.SaveChangesAsync(Stop);
    }
}
