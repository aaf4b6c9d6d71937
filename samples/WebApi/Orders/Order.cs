namespace WebApi.Orders;

/// <summary>A row of the table <c>orders</c>.</summary>
public sealed class Order
{
    public long Id { get; set; }

    public required string Customer { get; set; }

    public required long Cents { get; set; }

    public bool IsShipped { get; set; }
}
