using Cenote.Shop.Clients;

namespace Cenote.ShopTests.Checking;

public sealed class ShopCheckTests
{
    // Seeded orders are numbered 1 to 50; the clients' begin after them.
    private const string FirstPlaced = "(SELECT MIN(order_id) FROM cenote_shop_orders WHERE order_id > 50)";

    [Fact]
    public async Task An_untouched_shop_agrees_with_the_clients_ledgers()
    {
        using var shop = await WorkedShop.OpenAsync();

        Assert.All(await shop.CheckAsync(), finding => Assert.True(finding.Holds, string.Join('\n', finding.Problems)));
        Assert.NotEmpty(shop.Ledger.Orders);
        Assert.NotEmpty(shop.Ledger.Reprices);
    }

    [Theory]
    [InlineData("orders", "acknowledged to its client, and is not in the database", $"DELETE FROM cenote_shop_orders WHERE order_id = {FirstPlaced}")]
    [InlineData("seed", "lines without an order", $"DELETE FROM cenote_shop_orders WHERE order_id = {FirstPlaced}")]
    [InlineData("orders", "no client was told", "INSERT INTO cenote_shop_orders VALUES (1000000, 1, 100, 1, 0)")]
    [InlineData("orders", "no client was told", "INSERT INTO cenote_shop_orders SELECT order_id + 1000000, customer_id, total_cents, line_count, placed_at_ms FROM cenote_shop_orders WHERE order_id > 50 LIMIT 1")]
    [InlineData("orders", "cents; its client was told", $"UPDATE cenote_shop_orders SET total_cents = total_cents + 1 WHERE order_id = {FirstPlaced}")]
    [InlineData("orders", "belongs to customer", $"UPDATE cenote_shop_orders SET customer_id = customer_id + 1 WHERE order_id = {FirstPlaced}")]
    [InlineData("orders", "lines", $"DELETE FROM cenote_shop_order_lines WHERE order_id = {FirstPlaced} AND line_no = 1")]
    [InlineData("orders", "other lines", $"UPDATE cenote_shop_order_lines SET quantity = quantity + 1 WHERE order_id = {FirstPlaced} AND line_no = 1")]
    [InlineData("orders", "a price that no client set", $"UPDATE cenote_shop_order_lines SET unit_price_cents = 1 WHERE order_id = {FirstPlaced} AND line_no = 1")]
    [InlineData("stock", "but the database has", "UPDATE cenote_shop_products SET stock = stock + 1 WHERE product_id = 1")]
    [InlineData("stock", "40 products", "DELETE FROM cenote_shop_products WHERE product_id = 40")]
    [InlineData("prices", "a price that no client set", "UPDATE cenote_shop_products SET price_cents = price_cents + 1 WHERE product_id = 1")]
    [InlineData("prices", "no client set version", "UPDATE cenote_shop_products SET price_version = price_version + 1 WHERE product_id = 1")]
    [InlineData("prices", "a client was told that it set price version", "UPDATE cenote_shop_products SET price_version = 0 WHERE price_version > 0")]
    [InlineData("seed", "customers", "DELETE FROM cenote_shop_customers WHERE customer_id = 1")]
    [InlineData("seed", "orders from before the run", "DELETE FROM cenote_shop_orders WHERE order_id = 1")]
    [InlineData("seed", "cents in those lines", "UPDATE cenote_shop_order_lines SET quantity = quantity + 1 WHERE order_id = 1")]
    public async Task Tampering_is_found_and_reported(string check, string problem, string sql)
    {
        using var shop = await WorkedShop.OpenAsync();
        shop.Tamper(sql);

        var finding = (await shop.CheckAsync()).Single(finding => finding.Name == check);

        Assert.False(finding.Holds);
        Assert.Contains(finding.Problems, text => text.Contains(problem, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_order_with_a_failed_commit_may_be_there()
    {
        using var shop = await WorkedShop.OpenAsync();
        var client = shop.Ledger.Client(0);
        var order = client.Orders[0];
        client.Orders.RemoveAt(0);
        client.UnknownOrders.Add(order);
        shop.Ledger.CountSold([.. shop.LinesOf(order.OrderId).Select(line => line with { Quantity = -line.Quantity })]);

        Assert.All(await shop.CheckAsync(), finding => Assert.True(finding.Holds, string.Join('\n', finding.Problems)));
    }

    [Fact]
    public async Task An_order_with_a_failed_commit_may_be_missing()
    {
        using var shop = await WorkedShop.OpenAsync();
        shop.Ledger.Client(0).UnknownOrders.Add(new OrderReceipt(shop.Ledger.NextOrderId(), 1, 100, 1, 0));

        Assert.All(await shop.CheckAsync(), finding => Assert.True(finding.Holds, string.Join('\n', finding.Problems)));
    }

    [Fact]
    public async Task Two_acknowledged_reprices_of_one_version_are_a_lost_update()
    {
        using var shop = await WorkedShop.OpenAsync();
        shop.Ledger.Client(0).Reprices.Add(shop.Ledger.Reprices.First() with { PriceCents = 77 });

        var finding = (await shop.CheckAsync()).Single(finding => finding.Name == "prices");

        Assert.Contains(finding.Problems, text => text.Contains("One update is lost", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_reprice_with_a_failed_commit_explains_the_price_it_set()
    {
        using var shop = await WorkedShop.OpenAsync();
        var last = shop.Ledger.Reprices.MaxBy(receipt => receipt.Version);
        var next = new RepriceReceipt(last.ProductId, last.Version + 1, 4321);
        shop.Tamper($"UPDATE cenote_shop_products SET price_cents = {next.PriceCents}, price_version = {next.Version} WHERE product_id = {next.ProductId}");
        Assert.Contains(await shop.CheckAsync(), finding => !finding.Holds);

        shop.Ledger.Client(0).UnknownReprices.Add(next);

        Assert.All(await shop.CheckAsync(), finding => Assert.True(finding.Holds, string.Join('\n', finding.Problems)));
    }
}
