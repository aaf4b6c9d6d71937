using System.Data.Common;
using Cenote;
using Microsoft.EntityFrameworkCore;
using WebApi.Orders;

namespace WebApi;

/// <summary>
/// The database of the orders: a file of SQLite with one pool, or a primary and replicas of PostgreSQL, where the
/// configuration lists them.
/// </summary>
public static class OrderDatabase
{
    public static bool HasReplicas(this IConfiguration configuration) => configuration.GetSection("Cenote:ReplicaSets:orders").Exists();

    /// <summary>
    /// One pool, named "orders": connection string and settings come from appsettings.json, and follow changes of it.
    /// EF Core and Dapper work side by side on its connections.
    /// </summary>
    public static void AddPool(IServiceCollection services)
    {
        services.AddConnectionPool("orders", pool => pool.UseSqlite());
        services.AddDbContext<OrderContext>(options => options.UseSqlite().UseConnectionPool("orders"));
        services.AddKeyedSingleton("reports", (provider, _) => provider.GetRequiredKeyedService<DbDataSource>("orders"));
    }

    /// <summary>
    /// The same on a replica set (appsettings.Replicas.json): writes, transactions and tracking queries go to the
    /// primary, the other queries and the report to replicas that have what the client has seen and written.
    /// </summary>
    public static void AddReplicaSet(IServiceCollection services, byte[] signingKey)
    {
        services.AddReplicaSet("orders", set => set
            .ConfigurePools(pool => pool.UsePostgreSql())
            .Configure(options => options.TokenSigningKeys = [signingKey]));
        services.AddDbContext<OrderContext>(options => options.UseNpgsql().UseReplicaSet("orders", ReplicaQueries.Untracked));
        services.AddKeyedSingleton<DbDataSource>("reports", (provider, _) => provider.GetRequiredKeyedService<ReplicaSet>("orders").ReadDataSource);
    }
}
