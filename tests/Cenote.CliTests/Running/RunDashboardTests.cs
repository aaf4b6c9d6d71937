using Cenote.Cli.Commands;
using Cenote.Cli.Watching;
using Cenote.CliTests.Watching;

namespace Cenote.CliTests.Running;

public sealed class RunDashboardTests
{
    private static readonly string[] SmallShop = ["run", "--seconds", "600", "--products", "200", "--customers", "50", "--orders", "300"];

    [Fact]
    public async Task A_run_serves_its_pools_while_it_goes_on_and_ends_though_somebody_watches()
    {
        using var run = CommandRun.Start([.. SmallShop, "--dashboard"]);
        var address = await AddressAsync(run);
        await using var feed = new WatchedFeed(new TopOptions { Dashboard = address });

        var sight = await feed.WaitAsync(sight => sight.Overview.Pools.All(pool => pool.Counts.Total > 0));
        Assert.Equal("shop/mixed shop/readers shop/writer", string.Join(' ', sight.Overview.Pools.Select(pool => pool.Name)));
        Assert.Equal("shop", Assert.Single(sight.Overview.ReplicaSets).Name);

        run.Interrupt();
        await run.EndAsync();
        Assert.True(run.ExitCode == 0, run.Output + run.Errors);
        Assert.Contains("All is well", run.Output);
        await feed.WaitAsync(sight => sight.State == SightState.Reconnecting);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_told_before_the_run_begins()
    {
        await using var site = await WatchedSite.StartAsync([]);

        using var run = await CommandRun.RunAsync([.. SmallShop, "--dashboard", site.Address.Port.ToString()]);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains($"port {site.Address.Port}", run.Errors);
    }

    private static async Task<Uri> AddressAsync(CommandRun run)
    {
        await run.WaitForLineAsync("Dashboard: http://127.0.0.1:");
        return new Uri(run.Output.Split("Dashboard: ")[1].Trim() + "/");
    }
}
