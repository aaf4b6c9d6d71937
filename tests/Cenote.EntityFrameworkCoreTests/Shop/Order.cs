namespace Cenote.EntityFrameworkCoreTests.Shop;

public sealed class Order
{
    public int Id { get; set; }

    public required string Customer { get; set; }

    public List<OrderLine> Lines { get; } = [];

    public List<OrderNote> Notes { get; } = [];
}
