using Cenote.Dashboard.Json;
using Cenote.Shared;

namespace Cenote.Cli.Watching;

/// <summary>A column of the overview beside the name.</summary>
/// <param name="Header">Its heading.</param>
/// <param name="Width">In cells, the gap before it included.</param>
/// <param name="From">The narrowest terminal that has room for it.</param>
/// <param name="Cell">The text of a pool, as markup that is as wide as the column when shown.</param>
internal sealed record OverviewColumn(string Header, int Width, int From, Func<PoolRowJson, string> Cell)
{
    private const int BarWidth = 11;
    private const int SparkWidth = 30;

    public static readonly IReadOnlyList<OverviewColumn> All =
    [
        new("  connections", BarWidth + 2, 76, static row => "  " + ConnectionBar.Markup(CountsOf(row), BarWidth, isFixed: true)),
        new("  active, last minute", SparkWidth + 2, 120, static row => $"  [green]{Sparkline.Draw(row.Sparkline, row.Counts.Limit, SparkWidth)}[/]"),
        Number("act", 5, 0, static row => (Amounts.Count(row.Counts.Leased), "")),
        Number("idle", 5, 44, static row => (Amounts.Count(row.Counts.Idle), "")),
        Number("wait", 5, 0, static row => (Amounts.Count(row.Counts.Waiting), row.Counts.Waiting > 0 ? "yellow" : "grey")),
        Number("of", 5, 0, static row => (Amounts.Count(row.Counts.Limit), "")),
        Number("wait p50", 9, 64, static row => (Amounts.Duration(row.WaitP50Seconds), "")),
        Number("p99", 8, 54, static row => (Amounts.Duration(row.WaitP99Seconds), "")),
        Number("errors", 7, 0, static row => (Amounts.Percent(row.ErrorRate), row.ErrorRate > 0 ? "red" : "grey")),
        Number("circuit", 10, 60, static row => (Amounts.Words(row.Circuit), row.Circuit == "Closed" ? "grey" : "red")),
    ];

    /// <summary>
    /// Returns the columns that have room. Dispensable ones are left out while the names need their room.
    /// </summary>
    public static IReadOnlyList<OverviewColumn> Choose(int width, int room)
    {
        var columns = All.Where(column => column.From <= width).ToList();
        foreach (var spared in (string[])["  active, last minute", "  connections", "wait p50", "idle", "p99"])
        {
            if (columns.Sum(static column => column.Width) <= room)
            {
                break;
            }

            columns.RemoveAll(column => column.Header.Trim() == spared.Trim());
        }

        return columns;
    }

    public static PoolCounts CountsOf(PoolRowJson row) => new()
    {
        Leased = Sane(row.Counts.Leased),
        Idle = Sane(row.Counts.Idle),
        Opening = Sane(row.Counts.Opening),
        Resetting = Sane(row.Counts.Resetting),
        Validating = Sane(row.Counts.Validating),
        Closing = Sane(row.Counts.Closing),
        Waiting = Sane(row.Counts.Waiting),
        Limit = Sane(row.Counts.Limit),
    };

    // Sums and bars are made of them.
    private static int Sane(int count) => Math.Clamp(count, 0, 1_000_000);

    private static OverviewColumn Number(string header, int width, int from, Func<PoolRowJson, (string Text, string Style)> cell) => new(header.PadLeft(width), width, from, row =>
    {
        var (text, style) = cell(row);
        return SafeText.Markup(SafeText.Fit(text.PadLeft(width), width), style.Length == 0 ? "default" : style);
    });
}
