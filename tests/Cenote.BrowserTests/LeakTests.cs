using System.Globalization;
using System.Runtime.CompilerServices;

namespace Cenote.BrowserTests;

public sealed class LeakTests(Browser browser)
{
    /// <summary>
    /// Notes each batch of numbers that the page shows, by the server's time of it, and whether the leak was on the
    /// page by then.
    /// </summary>
    private const string NoteWhenTheLeakShows =
        """
        () => {
            window.batches = [];
            const note = () => {
                const time = document.getElementById('connection').title;
                const shows = document.querySelector('[data-panel=leaks] [data-field=kind][data-value=Suspected]') !== null;
                const last = window.batches.at(-1);
                if (last?.time !== time || last?.shows !== shows) {
                    window.batches.push({ time, shows });
                }
            };
            new MutationObserver(note).observe(document.body, { subtree: true, childList: true, attributes: true });
        }
        """;

    [Fact]
    public async Task A_leak_shows_with_its_file_and_line_within_two_seconds_of_being_suspected()
    {
        await using var pools = new TestPools();
        var pool = await pools.AddSqliteAsync("orders", configure: static options => options.LeakDetection = new LeakDetectionOptions { Threshold = TimeSpan.FromSeconds(1) });
        await using var site = await Site.StartAsync(new SiteOptions { Registry = pools.Registry });
        await using var visit = await Visit.BeginAsync(browser, site);
        await visit.ShowPoolAsync("orders");
        await visit.Page.EvaluateAsync(NoteWhenTheLeakShows);

        var line = LineBelow();
        await using var leak = await pool.RentAsync();
        var place = $"LeakTests.cs:{line}";
        var report = visit.Page.Panel("leaks").Locator("tr:has([data-field=kind][data-value=Suspected])");
        await Assertions.Expect(report).ToContainTextAsync(place);
        await Assertions.Expect(visit.Page.Panel("holders").Locator("tr[data-lease]")).ToContainTextAsync(place);
        await Assertions.Expect(visit.Page.Locator("[data-finding=LeakSuspected]")).ToContainTextAsync(place);

        // By the server's clock, not by a stopwatch: the page gets a batch a second. It may leave the leak out of one
        // that was on its way already.
        var suspected = Assert.Single(pool.GetEvents(), static e => e.Kind is PoolEventKind.LeakSuspected).Time;
        var batches = await visit.Page.EvaluateAsync<Batch[]>("() => window.batches");
        var without = batches.TakeWhile(static batch => !batch.Shows).Select(static batch => batch.Taken).Where(taken => taken > suspected).Distinct().ToArray();
        var shown = batches.First(static batch => batch.Shows).Taken;
        Assert.True(without.Count(taken => taken != shown) <= 1, $"Suspected at {suspected:O}, and not in what the page showed of {string.Join(", ", without)}.");
        await visit.IsCleanAsync();
    }

    private static int LineBelow([CallerLineNumber] int callerLineNumber = 0) => callerLineNumber + 1;

    private sealed class Batch
    {
        public string Time { get; set; } = "";

        public bool Shows { get; set; }

        public DateTimeOffset Taken => DateTimeOffset.Parse(Time, CultureInfo.InvariantCulture);
    }
}
