namespace Cenote.DependencyInjectionTests;

/// <summary>One application over three kinds of real databases.</summary>
public sealed class DatabasesTests
{
    [Fact]
    public async Task Three_databases_are_configured_measured_and_closed_together()
    {
        var services = Containers.New(
                ("ConnectionStrings:orders", RealServers.PostgreSql),
                ("ConnectionStrings:billing", RealServers.MySql),
                ("ConnectionStrings:cache", "Data Source=cenote-cache;Mode=Memory;Cache=Shared"),
                ("Cenote:Pools:orders:MaxSize", "3"),
                ("Cenote:Pools:billing:MaxSize", "3"),
                ("Cenote:Pools:cache:MinSize", "1"))
            .AddConnectionPool("orders", pool => pool.UsePostgreSql())
            .AddConnectionPool("billing", pool => pool.UseMySql())
            .AddConnectionPool("cache", pool => pool.UseSqlite())
            .BuildServiceProvider();
        var registry = services.GetRequiredService<PoolRegistry>();

        await Task.WhenAll(registry.Names.SelectMany(name => Enumerable.Range(0, 10).Select(_ => AskAsync(registry, name))));

        var statistics = registry.GetStatistics();
        Assert.Equal("billing cache orders", string.Join(' ', statistics.Select(pool => pool.PoolName)));
        Assert.All(statistics, pool => Assert.Equal(10, pool.Rents));
        Assert.True(statistics[0].Counts.Total is >= 1 and <= 3);
        Assert.True(statistics[2].Counts.Total is >= 1 and <= 3);

        var pools = registry.Pools;
        await services.DisposeAsync();
        Assert.All(pools, pool => Assert.True(pool.GetStatistics() is { State: PoolState.Closed, Counts.Total: 0 }));
    }

    private static async Task AskAsync(PoolRegistry registry, string name)
    {
        await using var connection = await registry.OpenConnectionAsync(name);
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT 41 + 1";
        Assert.Equal(42, Convert.ToInt32(await command.ExecuteScalarAsync(), System.Globalization.CultureInfo.InvariantCulture));
    }
}
