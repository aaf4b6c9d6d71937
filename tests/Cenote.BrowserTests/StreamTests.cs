using System.Text.RegularExpressions;

namespace Cenote.BrowserTests;

public sealed partial class StreamTests(Browser browser)
{
    [Fact]
    public async Task The_page_goes_on_by_itself_when_the_application_was_restarted()
    {
        var port = FreePort.Take();
        await using var first = await RunningApp.StartAsync(port, held: 1);
        await using var visit = await Visit.BeginAsync(browser, first.Site);
        await visit.Page.PoolRow("orders").ShowsAsync("counts.leased", 1);
        await visit.Page.EvaluateAsync("() => window.sameDocument = true");

        await Assertions.Expect(visit.Page.Locator("h1")).ToHaveTextAsync("The pool is healthy");

        await first.DisposeAsync();
        await Assertions.Expect(visit.Page.Locator("#connection")).Not.ToHaveAttributeAsync("data-connection", "live");
        await Assertions.Expect(visit.Page.Locator("h1")).ToHaveTextAsync(NotLive());
        await Assertions.Expect(visit.Page).ToHaveTitleAsync(NotLiveTitle());

        await using var second = await RunningApp.StartAsync(port, held: 2);
        await visit.IsLiveAsync();
        await visit.Page.PoolRow("orders").ShowsAsync("counts.leased", 2);
        await Assertions.Expect(visit.Page.Locator("h1")).ToHaveTextAsync("The pool is healthy");
        Assert.True(await visit.Page.EvaluateAsync<bool>("() => window.sameDocument === true"), "The page was loaded again.");
    }

    [Fact]
    public async Task The_page_of_a_pool_shows_above_its_diagnosis_that_it_is_not_live()
    {
        var app = await RunningApp.StartAsync(port: 0, held: 1);
        await using var visit = await Visit.BeginAsync(browser, app.Site);
        await visit.ShowPoolAsync("orders");
        var old = visit.Page.Locator(".diagnosis .old");
        await Assertions.Expect(old).ToBeHiddenAsync();

        await app.DisposeAsync();

        await Assertions.Expect(old).ToBeVisibleAsync();
        await Assertions.Expect(old).ToContainTextAsync("Not live: data of ");
    }

    [Fact]
    public async Task Charts_begin_with_a_range_that_there_is_something_to_see_in()
    {
        await using var app = await RunningApp.StartAsync(port: 0, held: 1);
        await using var visit = await Visit.BeginAsync(browser, app.Site);
        await visit.ShowPoolAsync("orders");
        var pressed = visit.Page.Locator("[data-range][aria-pressed=true]");
        await Assertions.Expect(pressed).ToHaveAttributeAsync("data-range", "60");

        await visit.Page.Locator("button[data-range='900']").ClickAsync();
        await visit.NextUpdateAsync();
        await visit.NextUpdateAsync();
        await Assertions.Expect(pressed).ToHaveAttributeAsync("data-range", "900");
    }

    [GeneratedRegex(@"^Not live: data of \d\d:\d\d:\d\d \(then: the pool is healthy\)$", RegexOptions.None, 1000)]
    private static partial Regex NotLive();

    [GeneratedRegex("^Not live: ", RegexOptions.None, 1000)]
    private static partial Regex NotLiveTitle();

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
