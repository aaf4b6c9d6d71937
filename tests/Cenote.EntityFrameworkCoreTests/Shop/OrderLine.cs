namespace Cenote.EntityFrameworkCoreTests.Shop;

public sealed class OrderLine
{
    public int Id { get; set; }

    public int OrderId { get; set; }

    public int ProductId { get; set; }

    public decimal Price { get; set; }
}
