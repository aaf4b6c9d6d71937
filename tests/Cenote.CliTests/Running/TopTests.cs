using Cenote.Testing;
using System.Text.Json;
using Cenote.CliTests.Watching;

namespace Cenote.CliTests.Running;

public sealed class TopTests
{
    [Fact]
    public async Task A_script_gets_one_table_and_an_exit_code_for_an_unhealthy_pool()
    {
        await using var pool = WatchedSite.NewPool();
        pool.IsolateCircuit();
        await using var site = await WatchedSite.StartAsync([pool]);

        using var table = await ProgramRun.RunAsync("top", site.Address.ToString());
        using var once = await ProgramRun.RunAsync("top", site.Address.ToString(), "--once", "--pool", "orders");

        Assert.True(table.ExitCode == 0, table.Output + table.Errors);
        var row = Assert.Single(table.Output.Split('\n'), line => line.Contains("orders", StringComparison.Ordinal));
        Assert.Contains(pool.Diagnose().Summary, row);
        Assert.DoesNotContain("\e", table.Output);
        Assert.True(once.ExitCode == 4, once.Output + once.Errors);
        Assert.Contains(pool.Diagnose().Findings[0].Recommendation.Split(' ')[0], once.Output);
    }

    [Fact]
    public async Task Without_authorization_it_is_refused_and_with_it_the_secret_stays_hidden()
    {
        await using var pool = WatchedSite.NewPool();
        await using var site = await WatchedSite.StartAsync([pool], refuses: WatchedSite.UnlessAuthorized);

        using var refused = await ProgramRun.RunAsync("top", site.Address.ToString(), "--header", "Authorization: Bearer wr0ng");
        using var served = await ProgramRun.RunAsync("top", site.Address.ToString(), "--json", "--header", $"Authorization: Bearer {WatchedSite.Token}");

        Assert.Equal(1, refused.ExitCode);
        Assert.Equal("", refused.Output);
        Assert.Contains("401", refused.Errors);
        Assert.Contains("--header", refused.Errors);
        Assert.DoesNotContain("wr0ng", refused.Errors);
        Assert.True(served.ExitCode == 0, served.Errors);
        Assert.Equal("orders", JsonDocument.Parse(served.Output).RootElement.GetProperty("pools")[0].GetProperty("name").GetString());
        Assert.DoesNotContain(WatchedSite.Token, served.Output + served.Errors);
    }

    [Fact]
    public async Task A_terminal_shows_the_pools_until_Ctrl_C_and_is_given_back()
    {
        await using var pool = WatchedSite.NewPool();
        await using var site = await WatchedSite.StartAsync([pool]);

        using var run = ProgramRun.StartOnTerminal($"top {site.Address}");
        await run.WaitForLineAsync(pool.Diagnose().Summary);
        await run.PressCtrlCAsync();
        await run.EndAsync();

        Assert.True(run.ExitCode == 0, run.Output);
        Assert.True(run.Output.LastIndexOf("\e[?25h", StringComparison.Ordinal) > run.Output.LastIndexOf("\e[?25l", StringComparison.Ordinal), "The cursor stays hidden.");
    }

    [Fact]
    public async Task Address_without_a_dashboard_is_named()
    {
        var site = await WatchedSite.StartAsync([]);
        var address = site.Address.ToString();
        await site.DisposeAsync();

        using var run = await ProgramRun.RunAsync("top", address);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains(address, run.Errors);
    }
}
