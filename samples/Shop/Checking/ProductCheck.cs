using System.Data.Common;
using Cenote.Shop.Clients;
using Cenote.Shop.Database;

namespace Cenote.Shop.Checking;

/// <summary>Stock adds up, and prices are those last acknowledged: both product by product, in one pass.</summary>
internal sealed class ProductCheck(ShopLedger ledger, PriceHistory prices, IReadOnlyDictionary<long, long> soldUnacknowledged)
{
    private static readonly string Sql = $"SELECT product_id, price_cents, price_version, stock FROM {ShopSchema.Products.Name} ORDER BY product_id";

    private readonly ProblemList _stockProblems = new();
    private readonly ProblemList _priceProblems = new();
    private long _products;
    private long _sold;

    public async Task<IReadOnlyList<CheckFinding>> RunAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        var acknowledgedVersions = prices.AcknowledgedVersions;
        await using var command = connection.Command(transaction: null, Sql);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var productId = reader.GetInt64(0);
            if (productId < 1 || productId > ledger.Plan.Size.Products)
            {
                _stockProblems.Add($"Product {productId} is in the database, but was not part of the new shop.");
                continue;
            }

            _products++;
            CheckStock(productId, reader.GetInt64(3));
            CheckPrice(productId, reader.GetInt64(1), reader.GetInt64(2), acknowledgedVersions[productId]);
        }

        _stockProblems.AddIf(_products != ledger.Plan.Size.Products, $"{_products} of {ledger.Plan.Size.Products} products are in the database.");
        foreach (var receipt in prices.Doubles)
        {
            _priceProblems.Add($"Two clients were told that they set price version {receipt.Version} of product {receipt.ProductId}. One update is lost.");
        }

        return
        [
            _stockProblems.ToFinding("stock", "stock now = stock at the start − sold, product by product", $"{_products} products, {_sold} pieces sold"),
            _priceProblems.ToFinding("prices", "every price is the one last acknowledged", $"{prices.AcknowledgedCount} reprices acknowledged"),
        ];
    }

    private void CheckStock(long productId, long stock)
    {
        var sold = ledger.Sold(productId) + soldUnacknowledged.GetValueOrDefault(productId);
        _sold += sold;
        var start = ShopPlan.Stock(productId);
        _stockProblems.AddIf(
            stock != start - sold, $"Product {productId}: {start} at the start − {sold} sold = {start - sold}, but the database has {stock}.");
        _stockProblems.AddIf(stock < 0, $"Product {productId} was sold {-stock} times too often.");
    }

    private void CheckPrice(long productId, long priceCents, long version, IEnumerable<long> acknowledgedVersions)
    {
        var product = $"Product {productId}";
        foreach (var lost in acknowledgedVersions.Where(acknowledged => acknowledged > version))
        {
            _priceProblems.Add($"{product}: a client was told that it set price version {lost}; the database is at version {version}.");
        }

        for (var step = 1L; step <= version; step++)
        {
            _priceProblems.AddIf(!prices.Knows(productId, step), $"{product} is at price version {version}, but no client set version {step}.");
        }

        _priceProblems.AddIf(
            !prices.Explains(productId, version, priceCents), $"{product} costs {priceCents} cents at price version {version}, a price that no client set.");
    }
}
