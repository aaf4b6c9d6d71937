namespace Cenote.BrowserTests;

public sealed class ScreenTests(Browser browser, Shop shop)
{
    [Theory]
    [InlineData(360, 740)]
    [InlineData(3840, 2160)]
    public async Task No_view_is_wider_than_the_screen(int width, int height)
    {
        await using var visit = await Visit.BeginAsync(browser, await shop.SiteAsync(), new VisitOptions { Width = width, Height = height, User = HeaderAuthentication.Operator });
        await visit.Page.PoolRow(Shop.Unreachable).IsAsync("unhealthy");
        await FitsAsync(visit, "the overview");
        foreach (var pool in new[] { Shop.Leaking, Shop.Saturated, Shop.Unreachable })
        {
            await visit.ShowPoolAsync(pool);
            await visit.NextUpdateAsync();
            await FitsAsync(visit, pool);
            await visit.ShowOverviewAsync();
        }

        await visit.Page.SetRow(Shop.Set).GetByRole(AriaRole.Link).ClickAsync();
        await Assertions.Expect(visit.Page.Locator("tr[data-server]")).ToHaveCountAsync(3);
        await FitsAsync(visit, "the replica set");
        await visit.IsCleanAsync();
    }

    [Fact]
    public async Task A_finding_expands_to_its_documentation_without_leaving_the_page()
    {
        await using var visit = await Visit.BeginAsync(browser, await shop.SiteAsync());
        await visit.Page.PoolRow(Shop.Unreachable).IsAsync("unhealthy");
        await visit.ShowPoolAsync(Shop.Unreachable);
        var explanation = visit.Page.Locator("[data-finding=CircuitOpen] details");

        await explanation.Locator("summary").ClickAsync();

        await Assertions.Expect(explanation).ToContainTextAsync("the pool has stopped trying but for a probe in the background");
        await Assertions.Expect(explanation).Not.ToContainTextAsync("](");
        await visit.NextUpdateAsync();
        await Assertions.Expect(explanation).ToHaveAttributeAsync("open", "");
        await visit.IsCleanAsync();
    }

    private static async Task FitsAsync(Visit visit, string view)
    {
        var widths = await visit.Page.EvaluateAsync<int[]>("() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]");
        Assert.True(widths[0] <= widths[1], $"{view} is {widths[0]} px wide on a screen of {widths[1]} px.");
        var sideways = await visit.Page.EvaluateAsync<string[]>(
            "() => [...document.querySelectorAll('.scroll')].filter(table => table.scrollWidth > table.clientWidth + 1).map(table => `${table.getAttribute('aria-label')}: ${table.scrollWidth} of ${table.clientWidth}`)");
        Assert.True(sideways.Length == 0, $"{view}: {string.Join(", ", sideways)}");
        var cut = await visit.Page.EvaluateAsync<string[]>(
            "() => [...document.querySelectorAll('.fact dd, .diagnosis-summary, .finding p, .scroll bdi')].filter(node => node.offsetParent !== null && node.scrollWidth > node.clientWidth + 1 && getComputedStyle(node).display !== 'inline').map(node => node.textContent)");
        Assert.True(cut.Length == 0, $"{view} cuts {string.Join(" | ", cut)}");
    }
}
