using Microsoft.AspNetCore.Builder;

namespace Cenote.BrowserTests;

public sealed class AddressTests(Browser browser)
{
    [Theory]
    [InlineData("/intern/ops/pools/")]
    [InlineData("/intern/ops/pools")]
    public async Task The_page_works_in_a_route_group_below_a_path_base(string path)
    {
        await using var app = await RunningApp.StartAsync(held: 1, options: new SiteOptions
        {
            Prepare = static app => app.UsePathBase("/intern"),
            Map = static app => app.MapGroup("/ops").MapCenoteDashboard("/pools"),
        });
        await using var visit = await Visit.BeginAsync(browser, app.Site, new VisitOptions { Path = path });
        await visit.Page.PoolRow("orders").ShowsAsync("counts.leased", 1);
        await visit.Page.PoolRow("orders").GetByRole(AriaRole.Link).ClickAsync();
        await visit.IsLiveAsync();
        Assert.Equal(new Uri(app.Site.Address, "/intern/ops/pools/").AbsolutePath, new Uri(visit.Page.Url).AbsolutePath);
        await visit.IsCleanAsync();
    }
}
