namespace Cenote.DashboardTests.Sampling;

public sealed class BudgetTests
{
    [Fact]
    public async Task A_budget_shows_what_is_used_and_which_pools_have_it_or_wait()
    {
        await using var site = await new DashboardSite().StartAsync();
        var budget = new ConnectionBudget("server", 3);
        var orders = site.AddPool("orders", options => options.Budget = budget);
        var reports = site.AddPool("reports", options => (options.Budget, options.GuaranteedSize) = (budget, 1));
        var quiet = site.AddPool("quiet", options => options.Budget = budget);
        site.AddPool("other");
        using var first = await orders.RentAsync().Soon();
        using var second = await orders.RentAsync().Soon();
        (await reports.RentAsync().Soon()).Dispose();
        var waiting = quiet.RentAsync().AsTask();
        await Patience.SoonAsync(() => budget.GetStatistics().WaitingPools == 1 && reports.GetStatistics().Counts.Idle == 1);
        site.Tick();

        var shown = Assert.Single((await site.OverviewAsync()).Budgets!);
        Assert.Equal(("server", 3, 3, 1, 3, 1, 1), (shown.Name, shown.MaxConnections, shown.Connections, shown.GuaranteedConnections, shown.Pools, shown.WaitingPools, shown.WantedConnections));
        Assert.Equal(
            [("orders", 2, 0, 0, 0), ("reports", 1, 1, 1, 0), ("quiet", 0, 0, 0, 1)],
            shown.Shares.Select(static share => (share.Pool, share.Connections, share.Idle, share.GuaranteedSize, share.WantedConnections)));
        first.Dispose();
        (await waiting.Soon()).Dispose();
    }

    [Fact]
    public async Task An_application_without_a_budget_has_none()
    {
        await using var site = await new DashboardSite().StartAsync();
        site.AddPool();
        site.Tick();
        Assert.Empty((await site.OverviewAsync()).Budgets!);
    }
}
