using Cenote.Providers;
using Microsoft.Data.SqlClient;
using Microsoft.EntityFrameworkCore.Storage;

namespace Cenote.EntityFrameworkCoreTests;

/// <summary>
/// SQL Server's provider on a pool, as far as it runs without a server: nothing listens at the address.
/// </summary>
public sealed class SqlServerTests
{
    [Fact]
    public async Task A_failure_to_connect_reaches_the_strategy_as_its_drivers()
    {
        await using var pool = NewPool();
        var seen = new List<Exception>();
        await using var context = new ShopContext(new DbContextOptionsBuilder<ShopContext>()
            .UseSqlServer(server => server.ExecutionStrategy(dependencies => new RecordingStrategy(dependencies, seen)))
            .UseConnectionPool(pool).Options);

        await Assert.ThrowsAsync<SqlException>(() => context.Products.ToListAsync(Stop));

        Assert.IsType<SqlException>(Assert.Single(seen));
        Assert.Empty(pool.GetLeases());
    }

    [Fact]
    public async Task A_context_that_cannot_connect_says_so_and_the_pool_knows_why()
    {
        await using var pool = NewPool();
        await using var context = new ShopContext(new DbContextOptionsBuilder<ShopContext>().UseSqlServer().UseConnectionPool(pool).Options);

        Assert.False(await context.Database.CanConnectAsync(Stop));

        Assert.IsType<SqlException>(pool.GetCircuitStatus().LastFailure!.Exception);
        Assert.Contains("CREATE TABLE [Products]", context.Database.GenerateCreateScript(), StringComparison.Ordinal);
    }

    private static ConnectionPool NewPool()
    {
        var text = $"Server=127.0.0.1,{FreePort.Take()};Database=shop;User ID=app;Password=none;Connect Timeout=1;Encrypt=Optional";
        return new ConnectionPool(new SqlServerProvider(text), new ConnectionPoolOptions { Name = "shop", MinSize = 0, AcquireTimeout = TimeSpan.FromMinutes(2) });
    }

    private sealed class RecordingStrategy(ExecutionStrategyDependencies dependencies, List<Exception> seen) : ExecutionStrategy(dependencies, 1, TimeSpan.Zero)
    {
        protected override bool ShouldRetryOn(Exception exception)
        {
            seen.Add(exception);
            return false;
        }
    }
}
