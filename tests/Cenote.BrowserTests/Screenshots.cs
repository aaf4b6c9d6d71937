using System.Runtime.CompilerServices;

namespace Cenote.BrowserTests;

/// <summary>
/// The pictures of docs/images. Taken on request: run the test project with "-explicit only".
/// </summary>
public sealed class Screenshots(Browser browser, Shop shop)
{
    private const int UpdatesForAChart = 30;

    [Theory(Explicit = true)]
    [InlineData("light", 1280, 900)]
    [InlineData("dark", 1280, 900)]
    [InlineData("phone", 360, 740)]
    public async Task The_overview_and_a_pool_have_their_pictures(string name, int width, int height)
    {
        await using var visit = await Visit.BeginAsync(browser, await shop.SiteAsync(), new VisitOptions
        {
            ColorScheme = name == "dark" ? ColorScheme.Dark : ColorScheme.Light,
            Width = width,
            Height = height,
            User = HeaderAuthentication.Operator,
        });
        await visit.Page.PoolRow(Shop.Unreachable).IsAsync("unhealthy");
        for (var update = 0; update < UpdatesForAChart; update++)
        {
            await visit.NextUpdateAsync();
        }

        await TakeAsync(visit, $"dashboard-overview-{name}");
        await visit.ShowPoolAsync(Shop.Leaking);
        await Assertions.Expect(visit.Page.Locator("[data-chart=connections] canvas")).ToBeVisibleAsync();
        await visit.NextUpdateAsync();
        await TakeAsync(visit, $"dashboard-pool-{name}");
    }

    private static async Task TakeAsync(Visit visit, string name)
    {
        var path = Path.Combine(ImagesOf(), name + ".png");
        var picture = await visit.Page.ScreenshotAsync(new PageScreenshotOptions { Path = path });
        Assert.InRange(picture.Length, 1_000, 300_000);
    }

    private static string ImagesOf([CallerFilePath] string callerFilePath = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(callerFilePath)!, "../../docs/images"));
}
