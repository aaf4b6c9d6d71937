namespace Cenote.BrowserTests;

public sealed class SizingTests(Browser browser)
{
    private const string CountMarkedPixels =
        """
        canvas => {
            const copy = new OffscreenCanvas(canvas.width, canvas.height + 1).getContext('2d', { willReadFrequently: true });
            copy.drawImage(canvas, 0, 1);
            copy.fillStyle = getComputedStyle(document.documentElement).getPropertyValue('--mark').trim();
            copy.fillRect(0, 0, 1, 1);
            const { data } = copy.getImageData(0, 0, canvas.width, canvas.height + 1);
            const [red, green, blue] = data;
            let count = 0;
            for (let at = 0; at < data.length; at += 4) {
                count += data[at] === red && data[at + 1] === green && data[at + 2] === blue ? 1 : 0;
            }
            return count;
        }
        """;

    [Fact]
    public async Task Each_remembered_sizing_decision_is_marked_with_its_evidence()
    {
        await using var pools = new TestPools();
        var policy = new Decisions(new(3, "saturated: <b>4</b> connections served 100 leases/s"), new(6, "below the limit"));
        var pool = await pools.AddSqliteAsync("orders", 1, 6, options => options.SizingPolicy = policy);
        await using var site = await Site.StartAsync(new SiteOptions { Registry = pools.Registry });
        await using var visit = await Visit.BeginAsync(browser, site);
        await visit.ShowPoolAsync("orders");
        var chart = visit.Page.Locator("[data-chart=connections]");
        var list = chart.Locator("[data-sizing=decisions]");
        await Assertions.Expect(list.Locator("summary")).ToHaveTextAsync("Sizing decisions (2)");
        await Assertions.Expect(chart.Locator("[data-mark=connections]")).ToBeVisibleAsync();
        foreach (var scheme in new[] { ColorScheme.Dark, ColorScheme.Light })
        {
            await visit.Page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = scheme, ReducedMotion = ReducedMotion.Reduce });
            await Patience.SoonAsync(async () => await chart.Locator("canvas").EvaluateAsync<int>(CountMarkedPixels) > 10);
        }

        await list.Locator("summary").ClickAsync();
        await Assertions.Expect(list.GetByText("the pool remembers (EventHistoryCapacity)")).ToBeVisibleAsync();
        var decisions = list.GetByRole(AriaRole.Row);
        await Assertions.Expect(decisions).ToHaveCountAsync(3);
        await decisions.Nth(1).ShowsAsync("kind", nameof(PoolEventKind.SizeRecommended));
        await Assertions.Expect(decisions.Nth(1)).ToContainTextAsync("recommends 6 instead of 3 connections: below the limit");
        await Assertions.Expect(decisions.Nth(2)).ToContainTextAsync("resized from 1 to 3: saturated: <b>4</b> connections served 100 leases/s");
        Assert.Equal(2, pool.GetEvents().Count(static happened => happened.Kind is PoolEventKind.Resized or PoolEventKind.SizeRecommended));

        await PointAtAMarkAsync(visit, chart);
        await Axe.HasNoViolationsAsync(visit.Page, "a pool with sizing decisions");
        await visit.IsCleanAsync();
    }

    /// <summary>Moves the mouse over the chart until it shows the evidence of a decision.</summary>
    private static async Task PointAtAMarkAsync(Visit visit, ILocator chart)
    {
        var area = chart.Locator(".u-over");
        var evidence = chart.Locator("[data-field='connections.mark']");
        await Patience.SoonAsync(async () =>
        {
            await area.ScrollIntoViewIfNeededAsync();
            var box = (await area.BoundingBoxAsync())!;
            for (var x = box.Width - 1; x > 0; x -= 6)
            {
                await visit.Page.Mouse.MoveAsync(box.X + x, box.Y + (box.Height / 2));

                // At once, because the next update moves the chart from under the mouse.
                var shown = await evidence.EvaluateAsync<string>("node => node.hidden ? '' : node.textContent");
                if (shown.Contains(" connections", StringComparison.Ordinal))
                {
                    return true;
                }
            }

            return false;
        });
    }

    /// <summary>A policy that takes its decisions one a second; the last one is only recommended.</summary>
    private sealed class Decisions(params SizingDecision[] decisions) : ISizingPolicy
    {
        private int _taken;

        public bool RecommendsOnly => _taken == decisions.Length;

        public SizingDecision? Decide(in SizingObservation observation) => _taken < decisions.Length ? decisions[_taken++] : null;
    }
}
