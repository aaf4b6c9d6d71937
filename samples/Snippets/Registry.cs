using System.Data.Common;
using Cenote;
using Microsoft.Extensions.DependencyInjection;

namespace Snippets;

internal static class Registry
{
    internal static async Task UseAsync(string ordersConnection, string tenantConnection)
    {
        #region registry
        await using var registry = new PoolRegistry();
        registry.Register(new ConnectionPoolBuilder().WithName("orders").UsePostgreSql(ordersConnection).Build());
        registry.Register("cache", name => new ConnectionPoolBuilder().WithName(name).UseSqlite("Data Source=cache.db").Build()); // at first use

        await using var connection = await registry.OpenConnectionAsync("orders");

        // A pool for each tenant, constructed once however many ask at the same time.
        var tenant = registry.GetOrAdd("tenant 7", name => new ConnectionPoolBuilder().WithName(name).UseMySql(tenantConnection).Build());

        foreach (var statistics in registry.GetStatistics())
        {
            Console.WriteLine($"{statistics.PoolName}: {statistics.Counts}");
        }

        await registry.CloseAsync("tenant 7");
        #endregion
        _ = tenant;
    }

    internal static void AddPools(IServiceCollection services)
    {
        #region services
        services.AddConnectionPool("orders", pool => pool.UsePostgreSql());
        services.AddConnectionPool("billing", pool => pool.UseMySql().WithSize(2, 20));
        services.AddConnectionPool(pool => pool.UseSqlite("Data Source=local.db")); // the default pool, without a key
        #endregion
    }

    internal static void AddReplicaSet(IServiceCollection services)
    {
        #region set
        services.AddReplicaSet("shop", set => set.ConfigurePools(pool => pool.UsePostgreSql()));
        #endregion
    }

    internal static void AddPoolWithServices(IServiceCollection services)
    {
        #region credentials
        services.AddConnectionPool("orders", (provider, pool) => pool
            .UsePostgreSql()
            .Configure(options => options.CredentialsProvider = provider.GetRequiredService<TokenSource>().GetAsync));
        #endregion
    }

    #region injectset
    internal sealed class CustomerList([FromKeyedServices("shop")] ReplicaSet shop)
    {
        public async Task<long> CountAsync(CancellationToken cancellationToken)
        {
            await using var connection = await shop.OpenReadConnectionAsync(cancellationToken);
            await using var command = connection.CreateCommand();
            command.CommandText = "SELECT count(*) FROM customers";
            return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
        }
    }
    #endregion

    #region inject
    internal sealed class OrderRepository([FromKeyedServices("orders")] ConnectionPool orders)
    {
        public async Task<long> CountAsync(CancellationToken cancellationToken)
        {
            await using var connection = await orders.OpenConnectionAsync(cancellationToken);
            await using var command = connection.CreateCommand();
            command.CommandText = "SELECT count(*) FROM orders";
            return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
        }
    }

    internal sealed class Invoices([FromKeyedServices("billing")] DbDataSource billing)
    {
        public DbCommand Overdue() => billing.CreateCommand("SELECT id FROM invoices WHERE due < now()");
    }
    #endregion

    internal sealed class TokenSource(string userName, string token)
    {
        internal ValueTask<DatabaseCredentials> GetAsync(CancellationToken cancellationToken) => new(new DatabaseCredentials(userName, token));
    }
}
