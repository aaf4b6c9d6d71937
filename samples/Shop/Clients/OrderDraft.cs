using Cenote.Shop.Database;

namespace Cenote.Shop.Clients;

/// <summary>What a customer wants: a few products, in the order of their ids, so that no two orders deadlock.</summary>
internal sealed class OrderDraft
{
    private readonly OrderLine[] _lines;

    private OrderDraft(int customerId, OrderLine[] lines)
    {
        CustomerId = customerId;
        _lines = lines;
    }

    public int CustomerId { get; }

    public int Count => _lines.Length;

    public ReadOnlySpan<OrderLine> Lines => _lines;

    public long TotalCents => _lines.Sum(line => line.TotalCents);

    public OrderLine this[int index] => _lines[index];

    public static OrderDraft Choose(Random random, ShopSize size)
    {
        var products = new SortedSet<int>();
        var wanted = random.Next(1, ShopSql.MaxLines + 1);
        while (products.Count < wanted)
        {
            // The square makes low ids popular: clients meet on the same rows, as they do in shops.
            var place = random.NextDouble();
            products.Add(1 + (int)(place * place * size.Products));
        }

        var lines = products.Select(product => new OrderLine(product, random.Next(1, 4), UnitPriceCents: 0, PriceVersion: 0));
        return new OrderDraft(random.Next(1, size.Customers + 1), [.. lines]);
    }

    /// <summary>Puts the price on a line, as read under lock.</summary>
    public void Price(int index, long unitPriceCents, long priceVersion) =>
        _lines[index] = _lines[index] with { UnitPriceCents = unitPriceCents, PriceVersion = priceVersion };
}
