namespace Cenote.Shop.Database;

/// <summary>An order that the shop starts with.</summary>
internal sealed record SeededOrder(long OrderId, long CustomerId, IReadOnlyList<OrderLine> Lines)
{
    public long TotalCents => Lines.Sum(line => line.TotalCents);
}
