namespace Cenote.Shop.Database;

/// <summary>How much the shop holds before the first client comes.</summary>
/// <param name="Products">Products on sale; at least 10.</param>
/// <param name="Customers">Customers known; at least 1.</param>
/// <param name="Orders">Orders placed before the run, two and a half lines each on average; 0 or more.</param>
internal sealed record ShopSize(int Products, int Customers, int Orders)
{
    /// <summary>About 130,000 rows, lines included.</summary>
    public static ShopSize Default { get; } = new(5_000, 20_000, 30_000);
}
