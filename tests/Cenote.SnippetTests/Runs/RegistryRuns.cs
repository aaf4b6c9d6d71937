using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Cenote.SnippetTests.Runs;

/// <summary>Registries and containers.</summary>
internal static class RegistryRuns
{
    internal static Dictionary<string, Func<SnippetDatabases, Task>> All { get; } = new(StringComparer.Ordinal)
    {
        ["Registry.registry"] = databases => Snippets.Registry.UseAsync(databases.PostgreSql, databases.MySql),
        ["Registry.services"] = async databases =>
        {
            await using var provider = Services(databases, Snippets.Registry.AddPools);
            Assert.Equal(2L, await ConnectionRuns.ScalarAsync(provider.GetRequiredKeyedService<ConnectionPool>("orders"), "SELECT count(*) FROM orders"));
            Assert.NotNull(await ConnectionRuns.ScalarAsync(provider.GetRequiredKeyedService<ConnectionPool>("billing"), "SELECT count(*) FROM invoices"));
            Assert.Equal(1L, await ConnectionRuns.ScalarAsync(provider.GetRequiredService<ConnectionPool>(), "SELECT 1"));
        },
        ["Registry.set"] = static async databases =>
        {
            await using var provider = await WithSetAsync(databases);
            var shop = provider.GetRequiredKeyedService<ReplicaSet>("shop");
            await shop.WaitUntilReadyAsync(TestContext.Current.CancellationToken);
            Assert.Equal("db1", shop.Primary?.Name);
        },
        ["Registry.injectset"] = static async databases =>
        {
            await using var provider = await WithSetAsync(databases);
            Assert.True(await provider.GetRequiredService<Snippets.Registry.CustomerList>().CountAsync(TestContext.Current.CancellationToken) > 0);
        },
        ["Registry.credentials"] = async databases =>
        {
            // The string has none: what comes from the callback is what lets it in.
            var user = new NpgsqlConnectionStringBuilder(databases.PostgreSql);
            var text = new NpgsqlConnectionStringBuilder(databases.PostgreSql) { Username = null, Password = null }.ConnectionString;
            await using var provider = Services(databases, services => Snippets.Registry.AddPoolWithServices(
                services.AddSingleton(new Snippets.Registry.TokenSource(user.Username!, user.Password!))), text);
            Assert.Equal(2L, await ConnectionRuns.ScalarAsync(provider.GetRequiredKeyedService<ConnectionPool>("orders"), "SELECT count(*) FROM orders"));
        },
        ["ConnectionBudgets.tenants"] = async databases =>
        {
            var used = await Snippets.ConnectionBudgets.TenantsAsync(databases.PostgreSql);
            Assert.Equal((20, 1, 1), (used.MaxConnections, used.MostConnections, used.Pools));
        },
        ["ConnectionBudgets.guarantee"] = async databases =>
            Assert.Equal((30, 0), ((await Snippets.ConnectionBudgets.GuaranteeAsync(databases.PostgreSql)).MaxConnections, (await Snippets.ConnectionBudgets.GuaranteeAsync(databases.PostgreSql)).GetStatistics().Pools)),
        ["ConnectionBudgets.services"] = async databases =>
        {
            await using var provider = Services(databases, Snippets.ConnectionBudgets.AddPools);
            Assert.Equal(40, provider.GetRequiredKeyedService<ConnectionPool>("orders").Budget!.MaxConnections);
            Assert.Equal(2, provider.GetRequiredKeyedService<ConnectionPool>("reports").Budget!.GetStatistics().Pools);
        },
        ["SharedBudgets.redis"] = async databases =>
        {
            await using var redis = await RedisServer.StartNewAsync();
            var used = await Snippets.SharedBudgets.ShareAsync(databases.PostgreSql, redis.Configuration);
            Assert.Equal((60, 3, 1), (used.MaxConnections, used.Guaranteed, used.LiveInstances));
        },
        ["SharedBudgets.database"] = async databases =>
            Assert.Equal(SharedBudgetState.Granted, (await Snippets.SharedBudgets.ShareWithoutRedisAsync(databases.PostgreSql)).State),
        ["SharedBudgets.host"] = async databases =>
        {
            var visit = new TaskCompletionSource<(object? Orders, ConnectionBudget? Budget)>();
            var shared = await Snippets.SharedBudgets.HostAsync([], builder =>
            {
                builder.Configuration.AddInMemoryCollection(
                [
                    new("ConnectionStrings:orders", databases.PostgreSql),
                    new("SharedBudget:Name", "orders"),
                    new("SharedBudget:MaxConnections", "60"),
                    new("SharedBudget:Instances", "8"),
                    new("Cenote:Pools:orders:Budget", "orders"),
                    new("Urls", "http://127.0.0.1:0"),
                ]);
                builder.Services.AddHostedService(provider => new Visitor(provider, visit));
            });
            var (orders, budget) = await visit.Task;
            Assert.Equal(2L, orders);
            Assert.Same(shared.Budget, budget);
            Assert.Equal(0, shared.Budget.GetStatistics().Connections);
        },
        ["Registry.inject"] = async databases =>
        {
            await using var provider = Services(databases, static services =>
            {
                Snippets.Registry.AddPools(services);
                services.AddSingleton<Snippets.Registry.OrderRepository>().AddSingleton<Snippets.Registry.Invoices>();
            });
            Assert.Equal(2, await provider.GetRequiredService<Snippets.Registry.OrderRepository>().CountAsync(TestContext.Current.CancellationToken));
            await using var overdue = provider.GetRequiredService<Snippets.Registry.Invoices>().Overdue();
            Assert.Equal(1, await overdue.ExecuteScalarAsync(TestContext.Current.CancellationToken));
        },
    };

    /// <summary>Uses the pool of a host that runs, and then ends the host.</summary>
    private sealed class Visitor(IServiceProvider services, TaskCompletionSource<(object? Orders, ConnectionBudget? Budget)> visit) : BackgroundService
    {
        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            try
            {
                await Task.Yield();
                var pool = services.GetRequiredKeyedService<ConnectionPool>("orders");
                visit.SetResult((await ConnectionRuns.ScalarAsync(pool, "SELECT count(*) FROM orders"), pool.Budget));
            }
            catch (Exception exception)
            {
                visit.SetException(exception);
            }

            services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        }
    }

    /// <summary>The configuration of a set named shop over two servers.</summary>
    internal static IEnumerable<KeyValuePair<string, string?>> SetOf(IReadOnlyList<string> servers) =>
    [
        new("ConnectionStrings:shop:db1", servers[0]),
        new("ConnectionStrings:shop:db2", servers[1]),
        new("Cenote:ReplicaSets:shop:Servers:db1:Role", "Primary"),
        new("Cenote:ReplicaSets:shop:Servers:db2:Weight", "2"),

        // A busy machine is not a dead server.
        new("Cenote:ReplicaSets:shop:ProbeTimeout", "00:01:00"),
        new("Cenote:ReplicaSets:shop:PrimaryTimeout", "00:01:00"),
    ];

    private static async Task<ServiceProvider> WithSetAsync(SnippetDatabases databases)
    {
        var services = new ServiceCollection().AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(SetOf(await databases.ReplicatedAsync())).Build());
        Snippets.Registry.AddReplicaSet(services);
        return services.AddSingleton<Snippets.Registry.CustomerList>().BuildServiceProvider();
    }

    private static ServiceProvider Services(SnippetDatabases databases, Action<IServiceCollection> add, string? orders = null)
    {
        var services = new ServiceCollection().AddLogging().AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(
        [
            new("ConnectionStrings:orders", orders ?? databases.PostgreSql),
            new("ConnectionStrings:billing", databases.MySql),
            new("ConnectionStrings:reports", databases.PostgreSql),
        ]).Build());
        add(services);
        return services.BuildServiceProvider();
    }
}
