using Microsoft.EntityFrameworkCore;

namespace WebApi.Orders;

/// <summary>The orders as EF Core sees them.</summary>
public sealed class OrderContext(DbContextOptions<OrderContext> options) : DbContext(options)
{
    public DbSet<Order> Orders => Set<Order>();
}
