using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace Cenote.BrowserTests.Browsing;

/// <summary>
/// One person's visit to a site: a browser context with one page. Whatever the browser complains of is noted.
/// </summary>
internal sealed partial class Visit : IAsyncDisposable
{
    private const string NoteViolations =
        """
        window.violations = [];
        document.addEventListener('securitypolicyviolation', event => window.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
        """;

    private readonly ConcurrentQueue<string> _complaints = new();

    private Visit(IBrowserContext context, IPage page, Site site)
    {
        Context = context;
        Page = page;
        Site = site;
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                _complaints.Enqueue($"console {message.Type}: {message.Text} ({message.Location})");
            }
        };
        page.PageError += (_, error) => _complaints.Enqueue($"exception: {error}");
        page.Dialog += async (_, dialog) =>
        {
            _complaints.Enqueue($"dialog: {dialog.Message}");
            await dialog.DismissAsync();
        };
    }

    internal IBrowserContext Context { get; }

    internal IPage Page { get; }

    internal Site Site { get; }

    /// <summary>Opens the site's page, and waits until it shows live numbers.</summary>
    internal static async Task<Visit> BeginAsync(Browser browser, Site site, VisitOptions? options = null)
    {
        var visit = await CreateAsync(browser, site, options);
        await visit.Page.GotoAsync((options ?? new VisitOptions()).Path);
        await visit.IsLiveAsync();
        return visit;
    }

    /// <summary>A visitor who has not gone anywhere yet.</summary>
    internal static async Task<Visit> CreateAsync(Browser browser, Site site, VisitOptions? options = null)
    {
        options ??= new VisitOptions();
        var context = await browser.Chromium.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = site.Address.ToString(),
            ColorScheme = options.ColorScheme,
            ViewportSize = new ViewportSize { Width = options.Width, Height = options.Height },
            ExtraHTTPHeaders = options.User is null ? [] : [KeyValuePair.Create(HeaderAuthentication.Header, options.User)],
            Locale = "en-GB",
            TimezoneId = "UTC",
            ReducedMotion = ReducedMotion.Reduce,
        });
        context.SetDefaultTimeout((float)Patience.Limit.TotalMilliseconds);
        await context.AddInitScriptAsync(NoteViolations);
        return new Visit(context, await context.NewPageAsync(), site);
    }

    internal Task IsLiveAsync() => ConnectionIsAsync("live");

    internal Task ConnectionIsAsync(string state) => Assertions.Expect(Page.Locator("#connection")).ToHaveAttributeAsync("data-connection", state);

    /// <summary>From the overview to a pool, and until its numbers are there.</summary>
    internal async Task ShowPoolAsync(string name)
    {
        await Page.PoolRow(name).GetByRole(AriaRole.Link).ClickAsync();
        await Assertions.Expect(Page.Locator("main[data-view=pool] [data-card=pool] [data-field='counts.leased']")).ToHaveAttributeAsync("data-value", Number());
    }

    internal async Task ShowOverviewAsync()
    {
        await Page.ClickAsync("a.brand");
        await Assertions.Expect(Page.Locator("main[data-view=overview] tr[data-pool]").First).ToBeVisibleAsync();
    }

    /// <summary>
    /// Does something to the pool that is shown, answers the dialog, and waits until the page says that it is done.
    /// </summary>
    internal async Task ActAsync(string action, Func<ILocator, Task>? fill = null)
    {
        await Page.Locator($"[data-action={action}]").ClickAsync();
        var dialog = Page.Locator($"dialog[data-confirm={action}]");
        if (fill is not null)
        {
            await fill(dialog);
        }

        await dialog.Locator("[data-dialog=confirm]").ClickAsync();
        var result = Page.Locator("#results .result[data-outcome=done]");
        await Assertions.Expect(result).ToHaveCountAsync(1);
        await result.GetByRole(AriaRole.Button).ClickAsync();
    }

    /// <summary>Presses the tab key until the element has the focus, as a user without a mouse does.</summary>
    internal async Task TabToAsync(string selector)
    {
        for (var presses = 0; presses < 100; presses++)
        {
            await Page.Keyboard.PressAsync("Tab");
            if (await Page.EvaluateAsync<bool>("selector => document.activeElement.matches(selector)", selector))
            {
                return;
            }
        }

        Assert.Fail($"{selector} cannot be reached with the tab key.");
    }

    /// <summary>Waits until the page has shown one more batch of numbers, and has painted it.</summary>
    internal Task NextUpdateAsync() => Page.EvaluateAsync(
        """
        () => new Promise(resolve => {
            const observer = new PerformanceObserver(list => {
                if (list.getEntriesByName('cenote-update').length > 0) {
                    observer.disconnect();
                    requestAnimationFrame(() => setTimeout(resolve));
                }
            });
            observer.observe({ type: 'measure' });
        })
        """);

    /// <summary>How many batches of numbers the page has shown so far.</summary>
    internal Task<int> CountUpdatesAsync() => Page.EvaluateAsync<int>("() => performance.getEntriesByName('cenote-update').length");

    /// <summary>
    /// Nothing was refused by the Content-Security-Policy, nothing was thrown, and the console is silent.
    /// </summary>
    internal async Task IsCleanAsync()
    {
        var violations = await Page.EvaluateAsync<string[]>("() => window.violations");
        Assert.Empty(violations);
        Assert.Empty(_complaints);
    }

    [GeneratedRegex("^[0-9]+$", RegexOptions.None, 1000)]
    private static partial Regex Number();

    public async ValueTask DisposeAsync() => await Context.DisposeAsync();
}
