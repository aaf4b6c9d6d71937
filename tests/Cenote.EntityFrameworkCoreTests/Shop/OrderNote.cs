namespace Cenote.EntityFrameworkCoreTests.Shop;

public sealed class OrderNote
{
    public int Id { get; set; }

    public int OrderId { get; set; }

    public required string Text { get; set; }
}
