using FluentMigrator.Runner;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Npgsql;

namespace Cenote.SnippetTests.Runs;

/// <summary>EF Core and FluentMigrator.</summary>
internal static class LibraryRuns
{
    internal static Dictionary<string, Func<SnippetDatabases, Task>> All { get; } = new(StringComparer.Ordinal)
    {
        ["EfCore.register"] = databases => WithContextAsync(databases, async context => Assert.Equal(2, await context.Orders.CountAsync())),
        ["EfCore.plain"] = async databases => Assert.Equal(2, await Snippets.EfCore.WithoutServicesAsync(databases.PostgreSql)),
        ["EfCore.unwrap"] = databases => WithContextAsync(databases, async context =>
        {
            await Snippets.EfCore.CopyAsync(context);
            Assert.Equal(1, await context.Orders.CountAsync(static order => order.Customer == "Ana"));
        }),
        ["EfCore.replicas"] = databases => OnSetAsync(databases, async (set, context) =>
        {
            await context.Orders.AsNoTracking().CountAsync();
            Assert.Equal(0, set.Servers[0].Pool.GetStatistics().Rents);
        }),
        ["EfCore.replicaReads"] = databases => OnSetAsync(databases, async (set, context) =>
            Assert.Equal(1, await Snippets.EfCore.ReadFromReplicasAsync(set, context))),
        ["Libraries.migrator"] = MigrateAsync,
        ["Libraries.factory"] = MigrateAsync,
    };

    private static async Task WithContextAsync(SnippetDatabases databases, Func<Snippets.EfCore.ShopContext, Task> run)
    {
        var services = new ServiceCollection().AddLogging().AddSingleton<IConfiguration>(new ConfigurationBuilder().Build());
        Snippets.EfCore.Register(services, databases.PostgreSql);
        await using var provider = services.BuildServiceProvider();
        await using var scope = provider.CreateAsyncScope();
        await run(scope.ServiceProvider.GetRequiredService<Snippets.EfCore.ShopContext>());
    }

    private static async Task OnSetAsync(SnippetDatabases databases, Func<ReplicaSet, Snippets.EfCore.ShopContext, Task> run)
    {
        var servers = (await databases.ReplicatedAsync()).Select(static text => new NpgsqlConnectionStringBuilder(text) { SearchPath = "ef" }.ConnectionString);
        var services = new ServiceCollection().AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(RegistryRuns.SetOf([.. servers])).Build());
        Snippets.EfCore.RegisterSet(services);
        await using var provider = services.BuildServiceProvider();
        var set = provider.GetRequiredKeyedService<ReplicaSet>("shop");
        await set.WaitUntilReadyAsync(TestContext.Current.CancellationToken);
        await using var scope = provider.CreateAsyncScope();
        await run(set, scope.ServiceProvider.GetRequiredService<Snippets.EfCore.ShopContext>());
    }

    private static async Task MigrateAsync(SnippetDatabases databases)
    {
        await using var pool = new ConnectionPool(new PostgreSqlProvider(databases.PostgreSql), new ConnectionPoolOptions { MinSize = 0, MaxSize = 2 });
        var services = new ServiceCollection();
        Snippets.Libraries.Migrate(services, pool);
        await using var provider = services.BuildServiceProvider();
        using var scope = provider.CreateScope();
        var runner = scope.ServiceProvider.GetRequiredService<IMigrationRunner>();
        runner.MigrateUp();
        Assert.Equal(0L, await ConnectionRuns.ScalarAsync(pool, "SELECT count(*) FROM notes"));
        Assert.True(pool.GetStatistics().Rents > 1);
        runner.MigrateDown(0);
    }
}
