using Cenote.Shared;
using Cenote.Shop.Pools;
using Spectre.Console;

namespace Cenote.Shop.Display;

/// <summary>The pools of a run as bars, one row a pool, or one pool at length.</summary>
internal static class PoolRows
{
    // " 10000 of 10000 · 10000 waiting"
    private const int NumbersWidth = 31;

    public static IEnumerable<(string Label, string Markup)> Of(RunSample sample, int clients, int width)
    {
        PoolSight[] pools = [.. sample.Pools];
        return pools is [var only] ? One(only.Statistics.Counts, clients, BarWidth(width, 16)) : Several(pools, BarWidth(width, NumbersWidth));
    }

    public static int BarWidth(int width, int numbers) => Math.Clamp(width - numbers, 10, 100);

    private static IEnumerable<(string Label, string Markup)> One(PoolCounts counts, int clients, int barWidth) =>
    [
        ("Connections", $"{ConnectionBar.Markup(counts, barWidth)} {counts.Total} of {counts.Limit}"),
        ("", ConnectionBar.Legend(counts)),
        ("Queue", $"[{(counts.Waiting == 0 ? "grey" : "yellow")}]{QueueBar(counts.Waiting, clients, barWidth)}[/]{counts.Waiting} waiting"),
    ];

    private static IEnumerable<(string Label, string Markup)> Several(PoolSight[] pools, int barWidth) =>
        pools.Select(pool => (PoolNames.Label(pool.Part), Row(pool.Statistics.Counts, barWidth)))
            .Append(("", ConnectionBar.Key([.. pools.Select(pool => pool.Statistics.Counts)])));

    private static string Row(PoolCounts counts, int barWidth) =>
        $"{ConnectionBar.Markup(counts, barWidth)} {counts.Total} of {counts.Limit} · [{(counts.Waiting == 0 ? "grey" : "yellow")}]{counts.Waiting} waiting[/]";

    private static string QueueBar(int waiting, int clients, int width)
    {
        var length = (int)Math.Ceiling((double)waiting / Math.Max(1, clients) * width);
        return length == 0 ? "" : new string('▪', Math.Min(width, length)) + " ";
    }
}
