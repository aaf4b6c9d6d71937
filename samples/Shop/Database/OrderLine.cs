namespace Cenote.Shop.Database;

/// <summary>One line of an order.</summary>
/// <param name="ProductId">The product, from 1.</param>
/// <param name="Quantity">Pieces sold.</param>
/// <param name="UnitPriceCents">The price of one piece when it was sold.</param>
/// <param name="PriceVersion">How often the product had been repriced by then.</param>
internal readonly record struct OrderLine(long ProductId, long Quantity, long UnitPriceCents, long PriceVersion)
{
    public long TotalCents => Quantity * UnitPriceCents;
}
