[assembly: AssemblyFixture(typeof(Cenote.BrowserTests.Browsing.Browser))]

namespace Cenote.BrowserTests.Browsing;

/// <summary>
/// The one browser of all tests. Each test has a context of its own in it: nothing is shared between two visits.
/// </summary>
public sealed class Browser : IAsyncLifetime
{
    // Nothing that a browser does for its user at home: no telemetry, no updates, no first-run pages. As root there is
    // no sandbox, and the page is ours.
    private static readonly string[] Flags =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    ];

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    internal IBrowser Chromium => _browser!;

    public async ValueTask InitializeAsync()
    {
        // The wrapper script of Debian's package complains on standard error about arguments that it does not expect:
        // only Playwright hears it.
        var program = InstalledBrowser.Find();
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = program,
            Args = Flags,
            Headless = true,
            Timeout = (float)Patience.Limit.TotalMilliseconds,
        });
        Assertions.SetDefaultExpectTimeout((float)Patience.Limit.TotalMilliseconds);
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
    }
}
