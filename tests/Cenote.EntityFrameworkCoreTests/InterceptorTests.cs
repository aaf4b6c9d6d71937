using Cenote.EntityFrameworkCoreTests.Watching;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Cenote.EntityFrameworkCoreTests;

/// <summary>
/// A user's interceptors hear of a context on a pool what they hear of one without, in the same order.
/// </summary>
public sealed class InterceptorTests
{
    // Who clears a session makes no difference here.
    [Theory]
    [InlineData(Db.Sqlite)]
    [InlineData(Db.PostgreSqlDriverReset)]
    [InlineData(Db.ReplicaSet)]
    public async Task Interceptors_are_called_as_without_a_pool(Db kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        using var reads = database.BeginReads();
        foreach (var scenario in Scenarios.Keys)
        {
            var plain = await RecordAsync(database, database.Plainly(), scenario);
            var pooled = await RecordAsync(database, database.OnPool(), scenario);

            Assert.True(plain.Count > 5, scenario);
            Assert.Equal(plain, pooled);
        }

        await database.AssertAllReturnedAsync();
    }

    [Fact]
    public async Task A_cancelled_open_is_reported_as_cancelled_although_the_pool_intercepts()
    {
        await using var database = await TestDatabase.CreateAsync(Db.Sqlite);
        var calls = new CallRecorder();
        await using var context = new ShopContext(database.OnPool().AddInterceptors(InterceptorRecorder.Create<IDbConnectionInterceptor>(calls)).Options);
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => context.Products.ToListAsync(cancelled.Token));

        Assert.Contains("ConnectionCanceled", calls.Take(), StringComparer.Ordinal);
        await database.AssertAllReturnedAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_interceptor_may_answer_a_save_in_place_of_the_database(bool isPooled)
    {
        await using var database = await TestDatabase.CreateAsync(Db.Sqlite);
        await using var context = new ShopContext((isPooled ? database.OnPool() : database.Plainly()).AddInterceptors(new ReaderReplacer(77)).Options);
        var cup = new Product { Name = "cup" };
        context.Add(cup);

        await context.SaveChangesAsync(Stop);

        Assert.Equal(77, cup.Id);
        Assert.Empty(await context.Products.ToListAsync(Stop));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_interceptor_may_put_a_reader_of_its_own_in_place_of_the_one_of_a_save(bool isPooled)
    {
        await using var database = await TestDatabase.CreateAsync(Db.Sqlite);
        await using var context = new ShopContext((isPooled ? database.OnPool() : database.Plainly()).AddInterceptors(new ReaderReplacer(null)).Options);
        await using (var transaction = await context.Database.BeginTransactionAsync(Stop))
        {
            var cup = new Product { Name = "cup" };
            context.Add(cup);
            await context.SaveChangesAsync(Stop);
            Assert.Equal(1, cup.Id);
            Assert.Equal(1, await context.Products.CountAsync(Stop));
            await transaction.CommitAsync(Stop);
        }

        await database.AssertAllReturnedAsync();
    }

    private static Dictionary<string, Func<ShopContext, Task>> Scenarios { get; } = new(StringComparer.Ordinal)
    {
        ["a query"] = context => context.Products.ToListAsync(Stop),
        ["a query, blocking"] = context =>
        {
            _ = context.Products.ToList();
            return Task.CompletedTask;
        },
        ["saving one row"] = async context =>
        {
            context.Add(new Product { Name = "cup" });
            await context.SaveChangesAsync(Stop);
        },
        ["saving many rows, blocking"] = context =>
        {
            context.AddRange(Enumerable.Range(0, 60).Select(i => new Product { Name = "cup " + i }));
            context.SaveChanges();
            return Task.CompletedTask;
        },
        ["raw SQL"] = async context =>
        {
            await context.Database.ExecuteSqlRawAsync("""DELETE FROM "Products" WHERE "Id" < 0""", Stop);
            await context.Database.SqlQueryRaw<int>("""SELECT 1 AS "Value" """).SingleAsync(Stop);
        },
        ["a split query"] = context => context.Orders.Include(order => order.Lines).Include(order => order.Notes).AsSplitQuery().ToListAsync(Stop),
        ["a transaction with savepoints"] = async context =>
        {
            await using var transaction = await context.Database.BeginTransactionAsync(Stop);
            context.Add(new Product { Name = "cup" });
            await context.SaveChangesAsync(Stop);
            await transaction.CreateSavepointAsync("here", Stop);
            await context.Products.ExecuteDeleteAsync(Stop);
            await transaction.RollbackToSavepointAsync("here", Stop);
            await transaction.CommitAsync(Stop);
        },
        ["a transaction rolled back, blocking"] = context =>
        {
            using var transaction = context.Database.BeginTransaction();
            context.Products.ExecuteDelete();
            transaction.Rollback();
            return Task.CompletedTask;
        },
        ["a connection opened twice"] = async context =>
        {
            await context.Database.OpenConnectionAsync(Stop);
            await context.Database.OpenConnectionAsync(Stop);
            _ = await context.Products.CountAsync(Stop);
            await context.Database.CloseConnectionAsync();
            await context.Database.CloseConnectionAsync();
        },
        ["a failing statement"] = async context =>
            await Assert.ThrowsAnyAsync<DbException>(() => context.Database.ExecuteSqlRawAsync("SELECT nothing FROM nowhere", Stop)),
        ["a failing update"] = async context =>
        {
            context.AddRange(new Product { Name = "cup" }, new Product { Name = "cup" });
            await Assert.ThrowsAsync<DbUpdateException>(() => context.SaveChangesAsync(Stop));
        },
        ["a query cancelled while it is read"] = async context =>
        {
            using var cancelled = new CancellationTokenSource();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            {
                await foreach (var number in context.Database.SqlQueryRaw<int>(ManyRows.Sql).AsAsyncEnumerable().WithCancellation(cancelled.Token))
                {
                    await cancelled.CancelAsync();
                }
            });
        },
        ["a query left half read"] = async context =>
        {
            context.AddRange(Enumerable.Range(0, 3).Select(i => new Product { Name = "cup " + i }));
            await context.SaveChangesAsync(Stop);
            await foreach (var row in context.Products.AsNoTracking().AsAsyncEnumerable().WithCancellation(Stop))
            {
                break;
            }
        },
    };

    private static async Task<List<string>> RecordAsync(TestDatabase database, DbContextOptionsBuilder<ShopContext> options, string scenario)
    {
        await using (var before = database.Context())
        {
            await before.Products.ExecuteDeleteAsync(Stop);
        }

        var calls = new CallRecorder();
        options.AddInterceptors(InterceptorRecorder.Create<IDbConnectionInterceptor>(calls), InterceptorRecorder.Create<IDbCommandInterceptor>(calls), InterceptorRecorder.Create<IDbTransactionInterceptor>(calls));
        await using (var context = new ShopContext(options.Options))
        {
            await Scenarios[scenario](context);
        }

        return [scenario, .. calls.Take()];
    }
}
