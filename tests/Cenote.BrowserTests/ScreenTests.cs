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

    private static async Task FitsAsync(Visit visit, string view)
    {
        var widths = await visit.Page.EvaluateAsync<int[]>("() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]");
        Assert.True(widths[0] <= widths[1], $"{view} is {widths[0]} px wide on a screen of {widths[1]} px.");
    }
}
