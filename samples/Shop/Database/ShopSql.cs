namespace Cenote.Shop.Database;

/// <summary>The clients' statements. Texts are made once: a statement that stays the same can stay prepared.</summary>
internal sealed class ShopSql
{
    public const int MaxLines = 4;
    public const int PageSize = 20;

    private readonly string[] _selectProducts;
    private readonly string[] _takeStock;
    private readonly string[] _insertLines;

    public ShopSql(ShopDialect dialect)
    {
        _selectProducts = ForEachCount(count =>
            $"SELECT product_id, price_cents, price_version, stock FROM {ShopSchema.Products.Name} WHERE product_id IN ({List(count, "@p{0}")}) ORDER BY product_id{dialect.RowLock}");
        _takeStock = ForEachCount(count =>
            $"UPDATE {ShopSchema.Products.Name} SET stock = stock - CASE product_id {List(count, "WHEN @p{0} THEN @q{0}", " ")} END WHERE product_id IN ({List(count, "@p{0}")})");
        _insertLines = ForEachCount(count =>
            $"INSERT INTO {ShopSchema.OrderLines.Name} ({ShopSchema.OrderLines.ColumnNames}) VALUES {List(count, "(@order, @n{0}, @p{0}, @q{0}, @u{0}, @v{0})")}");
        SelectPrice = $"SELECT price_cents, price_version FROM {ShopSchema.Products.Name} WHERE product_id = @product{dialect.RowLock}";
    }

    public string InsertOrder { get; } =
        $"INSERT INTO {ShopSchema.Orders.Name} ({ShopSchema.Orders.ColumnNames}) VALUES (@order, @customer, @total, @lines, @placed)";

    /// <summary>
    /// A page of orders with their customers and lines, newest first. An order without lines would still show.
    /// </summary>
    public string ReadPage { get; } =
        $"""
        SELECT o.order_id, o.total_cents, o.line_count, c.name, l.quantity, l.unit_price_cents
        FROM (SELECT order_id, customer_id, total_cents, line_count FROM {ShopSchema.Orders.Name}
              WHERE order_id < @before ORDER BY order_id DESC LIMIT {PageSize}) o
        JOIN {ShopSchema.Customers.Name} c ON c.customer_id = o.customer_id
        LEFT JOIN {ShopSchema.OrderLines.Name} l ON l.order_id = o.order_id
        ORDER BY o.order_id DESC, l.line_no
        """;

    public string SelectPrice { get; }

    public string SetPrice { get; } =
        $"UPDATE {ShopSchema.Products.Name} SET price_cents = @price, price_version = @version WHERE product_id = @product";

    /// <summary>
    /// Reads, and where the database has row locks, locks products in the order of their ids: so no two orders
    /// deadlock.
    /// </summary>
    public string SelectProducts(int count) => _selectProducts[count - 1];

    public string TakeStock(int count) => _takeStock[count - 1];

    public string InsertLines(int count) => _insertLines[count - 1];

    private static string[] ForEachCount(Func<int, string> make) => [.. Enumerable.Range(1, MaxLines).Select(make)];

    private static string List(int count, string format, string separator = ", ") =>
        string.Join(separator, Enumerable.Range(0, count).Select(index => format.Replace("{0}", index.ToString(provider: null), StringComparison.Ordinal)));
}
