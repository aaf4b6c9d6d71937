using Cenote;
using Dapper;
using Microsoft.EntityFrameworkCore;

namespace Snippets;

internal static class SessionContexts
{
    internal static async Task<int> OpenAsync(ConnectionPool pool, string tenant)
    {
        #region open
        var context = SessionContext.Empty.With("app.tenant", tenant);

        await using var connection = await pool.OpenConnectionAsync(context);
        var orders = await connection.ExecuteScalarAsync<int>("SELECT count(*) FROM tenant_orders"); // this tenant's
        #endregion
        return orders;
    }

    internal static async Task<int> ScopeAsync(ConnectionPool pool, TenantContext database, string tenant)
    {
        #region scope
        using (SessionContext.Empty.With("app.tenant", tenant).WithTrace().BeginScope()) // such as in a middleware
        {
            var orders = await database.Orders.CountAsync();                             // EF Core

            await using var connection = pool.CreateConnection();                        // Dapper
            orders += await connection.ExecuteScalarAsync<int>("SELECT count(*) FROM tenant_orders");
            return orders;
        }
        #endregion
    }

    internal static ConnectionPool Configure(string connectionString, CurrentTenant current)
    {
        #region callback
        var pool = new ConnectionPoolBuilder()
            .UsePostgreSql(connectionString)
            .Configure(options => options.SessionContextProvider = () => SessionContext.Empty.With("app.tenant", current.Id))
            .Build();
        #endregion
        return pool;
    }

    internal static ConnectionPool Keep(string connectionString)
    {
        #region keep
        var pool = new ConnectionPoolBuilder()
            .UsePostgreSql(connectionString)
            .WithResetMode(ResetMode.WhenDirty)
            .Configure(options => options.WhenDirty.KeepSessionContexts = true)
            .Build();
        #endregion
        return pool;
    }

    internal sealed class CurrentTenant
    {
        internal required string Id { get; set; }
    }

    internal sealed class TenantContext(DbContextOptions<TenantContext> options) : DbContext(options)
    {
        internal DbSet<TenantOrder> Orders => Set<TenantOrder>();

        protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.Entity<TenantOrder>(order =>
        {
            order.ToTable("tenant_orders");
            order.Property(static one => one.Id).HasColumnName("id");
            order.Property(static one => one.Tenant).HasColumnName("tenant");
        });
    }

    internal sealed class TenantOrder
    {
        public int Id { get; set; }

        public required string Tenant { get; set; }
    }
}
