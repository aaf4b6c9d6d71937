using Cenote.Shop.Database;

namespace Cenote.ShopTests.Database;

public sealed class ShopPlanTests
{
    [Fact]
    public void The_default_shop_has_a_hundred_thousand_rows() => Assert.True(new ShopPlan(ShopSize.Default, seed: 1).RowCount >= 100_000);

    [Fact]
    public void The_same_seed_gives_the_same_shop()
    {
        var size = new ShopSize(20, 5, 50);

        Assert.Equal(Rows(new ShopPlan(size, 3)), Rows(new ShopPlan(size, 3)));
        Assert.False(Rows(new ShopPlan(size, 3)) == Rows(new ShopPlan(size, 4)), "Another seed gave the same shop.");
    }

    [Fact]
    public void The_plan_counts_what_its_rows_hold()
    {
        var plan = new ShopPlan(new ShopSize(20, 5, 50), seed: 3);

        Assert.Equal(plan.LineCount, ShopRows.For(ShopSchema.OrderLines, plan).LongCount());
        Assert.Equal(plan.TotalCents, ShopRows.For(ShopSchema.Orders, plan).Sum(row => (long)row[2]));
        Assert.Equal(plan.TotalCents, ShopRows.For(ShopSchema.OrderLines, plan).Sum(row => (long)row[3] * (long)row[4]));
    }

    [Fact]
    public void Every_row_has_a_value_for_every_column()
    {
        var plan = new ShopPlan(new ShopSize(20, 5, 50), seed: 3);

        Assert.All(ShopSchema.Tables, table => Assert.All(ShopRows.For(table, plan), row => Assert.Equal(table.Columns.Count, row.Length)));
    }

    private static string Rows(ShopPlan plan) =>
        string.Join('\n', ShopSchema.Tables.SelectMany(table => ShopRows.For(table, plan)).Select(row => string.Join(',', row)));
}
