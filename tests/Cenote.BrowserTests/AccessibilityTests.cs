namespace Cenote.BrowserTests;

public sealed class AccessibilityTests(Browser browser, Shop shop)
{
    [Fact]
    public async Task Axe_finds_no_violation_in_any_view_in_light_and_dark()
    {
        await using var visit = await Visit.BeginAsync(browser, await shop.SiteAsync(), new VisitOptions { User = HeaderAuthentication.Operator });
        var page = visit.Page;
        await page.PoolRow(Shop.Unreachable).IsAsync("unhealthy");
        await Axe.HasNoViolationsAsync(page, "overview");

        await visit.ShowPoolAsync(Shop.Leaking);
        await Assertions.Expect(page.Locator("[data-finding=LeakSuspected]")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("[data-chart=connections] canvas")).ToBeVisibleAsync();
        await Axe.HasNoViolationsAsync(page, "a pool");

        await page.ClickAsync("[data-action=resize]");
        await Axe.HasNoViolationsAsync(page, "the dialog of an action");
        await page.ClickAsync("dialog [data-dialog=cancel]");

        await visit.ShowOverviewAsync();
        await page.SetRow(Shop.Set).GetByRole(AriaRole.Link).ClickAsync();
        await Assertions.Expect(page.Locator("tr[data-server]")).ToHaveCountAsync(3);
        await Axe.HasNoViolationsAsync(page, "a replica set");

        var download = await page.RunAndWaitForDownloadAsync(() => page.ClickAsync("#snapshot-save"));
        await page.SetInputFilesAsync("#snapshot-file", await download.PathAsync());
        await visit.ConnectionIsAsync("snapshot");
        await Axe.HasNoViolationsAsync(page, "a snapshot");
    }
}
