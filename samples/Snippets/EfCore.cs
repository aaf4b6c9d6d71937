using Cenote;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Snippets;

internal static class EfCore
{
    internal static void Register(IServiceCollection services, string connectionString)
    {
        #region register
        services.AddConnectionPool("shop", pool => pool.UsePostgreSql(connectionString).WithSize(2, 8));
        services.AddDbContextPool<ShopContext>(options => options
            .UseNpgsql(connectionString, npgsql => npgsql.EnableRetryOnFailure())
            .UseConnectionPool("shop"));
        #endregion
    }

    internal static async Task<int> WithoutServicesAsync(string connectionString)
    {
        #region plain
        await using var pool = new ConnectionPoolBuilder().UsePostgreSql(connectionString).Build();
        var options = new DbContextOptionsBuilder<ShopContext>().UseNpgsql(connectionString).UseConnectionPool(pool).Options;
        await using var context = new ShopContext(options);
        var orders = await context.Orders.CountAsync();
        #endregion
        return orders;
    }

    internal static void RegisterSet(IServiceCollection services)
    {
        #region replicas
        services.AddReplicaSet("shop", set => set.ConfigurePools(pool => pool.UsePostgreSql()));
        services.AddDbContextPool<ShopContext>(options => options
            .UseNpgsql(npgsql => npgsql.EnableRetryOnFailure())
            .UseReplicaSet("shop", ReplicaQueries.Untracked));
        #endregion
    }

    internal static async Task<int> ReadFromReplicasAsync(ReplicaSet set, ShopContext context)
    {
        #region replicaReads
        using var causal = set.BeginCausalScope();                                 // or app.UseCausalReads("shop"), for each request
        context.Orders.Add(new ShopOrder { Customer = "Ana" });
        await context.SaveChangesAsync();                                          // the primary
        var orders = await context.Orders.AsNoTracking().ToListAsync();            // a replica that has the new order
        using (set.BeginWriteScope())
        {
            var latest = await context.Orders.AsNoTracking().ToListAsync();        // the primary
        }
        #endregion
        return orders.Count;
    }

    internal static async Task CopyAsync(ShopContext context)
    {
        #region unwrap
        await context.Database.OpenConnectionAsync();
        var connection = context.Database.GetPooledConnection().Unwrap<NpgsqlConnection>();
        await using (var writer = await connection.BeginBinaryImportAsync("COPY orders (customer) FROM STDIN (FORMAT BINARY)"))
        {
            await writer.StartRowAsync();
            await writer.WriteAsync("Ana");
            await writer.CompleteAsync();
        }

        await context.Database.CloseConnectionAsync();
        #endregion
    }

    internal sealed class ShopContext(DbContextOptions<ShopContext> options) : DbContext(options)
    {
        internal DbSet<ShopOrder> Orders => Set<ShopOrder>();

        protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.Entity<ShopOrder>(order =>
        {
            order.ToTable("orders");
            order.Property(static one => one.Id).HasColumnName("id");
            order.Property(static one => one.Customer).HasColumnName("customer");
        });
    }

    internal sealed class ShopOrder
    {
        public int Id { get; set; }

        public string Customer { get; set; } = "";
    }
}
