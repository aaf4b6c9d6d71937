using System.Data.Common;
using System.Globalization;
using Cenote.Shop.Database;

namespace Cenote.Shop.Checking;

/// <summary>What the shop started with is still there, and no line is without its order.</summary>
internal sealed class SeedCheck(ShopPlan plan)
{
    public async Task<CheckFinding> RunAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        var problems = new ProblemList();
        var orders = ShopSchema.Orders.Name;
        var lines = ShopSchema.OrderLines.Name;
        var last = plan.Size.Orders.ToString(CultureInfo.InvariantCulture);
        (string What, string Sql, long Expected)[] questions =
        [
            ("customers", $"SELECT COUNT(*) FROM {ShopSchema.Customers.Name}", plan.Size.Customers),
            ("orders from before the run", $"SELECT COUNT(*) FROM {orders} WHERE order_id <= {last}", plan.Size.Orders),
            ("cents in those orders", $"SELECT COALESCE(SUM(total_cents), 0) FROM {orders} WHERE order_id <= {last}", plan.TotalCents),
            ("lines of those orders", $"SELECT COUNT(*) FROM {lines} WHERE order_id <= {last}", plan.LineCount),
            ("cents in those lines", $"SELECT COALESCE(SUM(quantity * unit_price_cents), 0) FROM {lines} WHERE order_id <= {last}", plan.TotalCents),
            ("lines without an order", $"SELECT COUNT(*) FROM {lines} l WHERE NOT EXISTS (SELECT 1 FROM {orders} o WHERE o.order_id = l.order_id)", 0),
        ];
        foreach (var (what, sql, expected) in questions)
        {
            var found = Convert.ToInt64(await connection.ScalarAsync(sql, cancellationToken), CultureInfo.InvariantCulture);
            problems.AddIf(found != expected, $"There are {found} {what}; there should be {expected}.");
        }

        return problems.ToFinding("seed", "what the shop started with is still there", $"{plan.RowCount} rows");
    }
}
