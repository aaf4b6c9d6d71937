namespace Cenote.Shop.Database;

/// <summary>The shop's tables. All carry one prefix, so that they can stand beside someone's own.</summary>
internal static class ShopSchema
{
    public const string Prefix = "cenote_shop_";

    /// <summary>What the mark's one row says: the tables beside it are ours to replace.</summary>
    public const string Signature = "made by the shop of Cenote";

    public static ShopTable Mark { get; } = Table("mark", ["id"], Whole("id"), Text("signature"));

    public static ShopTable Products { get; } = Table(
        "products", ["product_id"], Whole("product_id"), Text("name"), Whole("price_cents"), Whole("price_version"), Whole("stock"));

    public static ShopTable Customers { get; } = Table("customers", ["customer_id"], Whole("customer_id"), Text("name"), Text("email"));

    public static ShopTable Orders { get; } = Table(
        "orders", ["order_id"], Whole("order_id"), Whole("customer_id"), Whole("total_cents"), Whole("line_count"), Whole("placed_at_ms"));

    public static ShopTable OrderLines { get; } = Table(
        "order_lines",
        ["order_id", "line_no"],
        Whole("order_id"),
        Whole("line_no"),
        Whole("product_id"),
        Whole("quantity"),
        Whole("unit_price_cents"),
        Whole("price_version"));

    /// <summary>Every table; the mark first, so that a half-made shop can be told from a stranger's tables.</summary>
    public static IReadOnlyList<ShopTable> Tables { get; } = [Mark, Products, Customers, Orders, OrderLines];

    private static ShopTable Table(string name, string[] primaryKey, params ShopColumn[] columns) => new(Prefix + name, columns, primaryKey);

    private static ShopColumn Whole(string name) => new(name, ColumnKind.Whole);

    private static ShopColumn Text(string name) => new(name, ColumnKind.Text);
}
