namespace Cenote.Shop.Database;

/// <summary>The plan as rows of each table, in the order of the table's columns.</summary>
internal static class ShopRows
{
    // Seeded orders carry a fixed day: what a seed gives must not depend on when it is sown.
    private const long SeededAtMs = 1_767_225_600_000;

    public static IEnumerable<object[]> For(ShopTable table, ShopPlan plan) =>
        table == ShopSchema.Mark ? [[1L, ShopSchema.Signature]]
        : table == ShopSchema.Products ? Products(plan)
        : table == ShopSchema.Customers ? Customers(plan)
        : table == ShopSchema.Orders ? Orders(plan)
        : table == ShopSchema.OrderLines ? OrderLines(plan)
        : throw new ArgumentOutOfRangeException(nameof(table), table.Name, "The shop has no such table.");

    private static IEnumerable<object[]> Products(ShopPlan plan)
    {
        for (var id = 1L; id <= plan.Size.Products; id++)
        {
            yield return [id, $"Product {id}", plan.Price(id), 0L, ShopPlan.Stock(id)];
        }
    }

    private static IEnumerable<object[]> Customers(ShopPlan plan)
    {
        for (var id = 1L; id <= plan.Size.Customers; id++)
        {
            yield return [id, $"Customer {id}", $"customer{id}@shop.example"];
        }
    }

    private static IEnumerable<object[]> Orders(ShopPlan plan)
    {
        foreach (var order in plan.Orders())
        {
            yield return [order.OrderId, order.CustomerId, order.TotalCents, (long)order.Lines.Count, SeededAtMs + order.OrderId];
        }
    }

    private static IEnumerable<object[]> OrderLines(ShopPlan plan)
    {
        foreach (var order in plan.Orders())
        {
            var number = 0L;
            foreach (var line in order.Lines)
            {
                yield return [order.OrderId, ++number, line.ProductId, line.Quantity, line.UnitPriceCents, line.PriceVersion];
            }
        }
    }
}
