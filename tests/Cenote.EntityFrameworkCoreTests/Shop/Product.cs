namespace Cenote.EntityFrameworkCoreTests.Shop;

public sealed class Product
{
    public int Id { get; set; }

    public required string Name { get; set; }

    public decimal Price { get; set; }

    public int Stock { get; set; }

    public int Version { get; set; }
}
