namespace Cenote.EntityFrameworkCoreTests.Shop;

public class ShopContext(DbContextOptions options) : DbContext(options)
{
    public DbSet<Product> Products => Set<Product>();

    public DbSet<Order> Orders => Set<Order>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<Product>(product =>
        {
            product.HasIndex(p => p.Name).IsUnique();
            product.Property(p => p.Version).IsConcurrencyToken();
            product.ToTable(table => table.HasCheckConstraint("stock_is_left", "\"Stock\" >= 0"));
        });
        modelBuilder.Entity<Order>(order =>
        {
            order.HasMany(o => o.Lines).WithOne().HasForeignKey(line => line.OrderId);
            order.HasMany(o => o.Notes).WithOne().HasForeignKey(note => note.OrderId);
        });
    }
}
