namespace Cenote.Shop.Database;

/// <summary>What the shop starts with: the same size and seed always give the same shop.</summary>
internal sealed class ShopPlan
{
    /// <summary>One product in this many is scarce, so that orders are refused for want of stock.</summary>
    private const int ScarceEvery = 100;
    private const long ScarceStock = 10;
    private const long AmpleStock = 1_000_000;

    private readonly int _seed;
    private readonly long[] _prices;

    public ShopPlan(ShopSize size, int seed)
    {
        Size = size;
        _seed = seed;
        var random = new Random(seed);
        _prices = new long[size.Products];
        for (var index = 0; index < _prices.Length; index++)
        {
            _prices[index] = random.Next(100, 20_000);
        }

        foreach (var order in Orders())
        {
            LineCount += order.Lines.Count;
            TotalCents += order.TotalCents;
        }
    }

    public ShopSize Size { get; }

    /// <summary>Lines of all seeded orders.</summary>
    public long LineCount { get; }

    /// <summary>The worth of all seeded orders.</summary>
    public long TotalCents { get; }

    public long RowCount => Size.Products + Size.Customers + Size.Orders + LineCount;

    public long Price(long productId) => _prices[productId - 1];

    public static long Stock(long productId) => productId % ScarceEvery == 0 ? ScarceStock : AmpleStock;

    public IEnumerable<SeededOrder> Orders()
    {
        var random = new Random(_seed + 1);
        for (var orderId = 1L; orderId <= Size.Orders; orderId++)
        {
            var lines = new OrderLine[random.Next(1, 5)];
            for (var index = 0; index < lines.Length; index++)
            {
                var productId = random.Next(1, Size.Products + 1);
                lines[index] = new OrderLine(productId, random.Next(1, 4), Price(productId), PriceVersion: 0);
            }

            yield return new SeededOrder(orderId, random.Next(1, Size.Customers + 1), lines);
        }
    }
}
