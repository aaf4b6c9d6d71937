using Cenote.TestServers.Processes;

namespace Cenote.BrowserTests;

public sealed class StreamTests(Browser browser)
{
    [Fact]
    public async Task The_page_goes_on_by_itself_when_the_application_was_restarted()
    {
        var port = FreePort.Take();
        await using var first = await RunningApp.StartAsync(port, held: 1);
        await using var visit = await Visit.BeginAsync(browser, first.Site);
        await visit.Page.PoolRow("orders").ShowsAsync("counts.leased", 1);
        await visit.Page.EvaluateAsync("() => window.sameDocument = true");

        await first.DisposeAsync();
        await Assertions.Expect(visit.Page.Locator("#connection")).Not.ToHaveAttributeAsync("data-connection", "live");

        await using var second = await RunningApp.StartAsync(port, held: 2);
        await visit.IsLiveAsync();
        await visit.Page.PoolRow("orders").ShowsAsync("counts.leased", 2);
        Assert.True(await visit.Page.EvaluateAsync<bool>("() => window.sameDocument === true"), "The page was loaded anew.");
    }

    [Theory]
    [InlineData("refused")]
    [InlineData("silent")]
    public async Task The_page_polls_when_streaming_is_blocked(string stream)
    {
        await using var app = await RunningApp.StartAsync(port: 0, held: 1);
        await using var visit = await Visit.CreateAsync(browser, app.Site);

        // Silent: what a proxy does that keeps an answer to itself until it ends.
        await visit.Page.RouteAsync("**/api/stream*", route => stream == "refused" ? route.AbortAsync() : Task.CompletedTask);
        await visit.Page.GotoAsync("/pools/");
        await visit.ConnectionIsAsync("polling");
        await visit.Page.PoolRow("orders").ShowsAsync("counts.leased", 1);

        await using var more = await Holders.HoldAsync(app.Pool, leases: 2, waiters: 0);
        await visit.Page.PoolRow("orders").ShowsAsync("counts.leased", 3);
        await visit.ConnectionIsAsync("polling");
    }
}
