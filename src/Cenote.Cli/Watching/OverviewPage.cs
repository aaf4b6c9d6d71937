using Spectre.Console;

namespace Cenote.Cli.Watching;

/// <summary>Every pool and set, in lines of markup: numbers, and below them, or beside them where lines have no end, health in words.</summary>
internal static class OverviewPage
{
    private const int ShapeWidth = 2;

    /// <param name="sight">What is known.</param>
    /// <param name="width">Of the terminal.</param>
    /// <param name="height">The most lines.</param>
    public static IEnumerable<string> Lines(Sight sight, int width, int height)
    {
        var rows = OverviewOrder.Of(sight.Overview);
        if (rows.Count == 0)
        {
            return ["[grey]There is no pool yet.[/]"];
        }

        OverviewColumn[] columns = [.. OverviewColumn.All.Where(column => column.From <= width)];
        var nameWidth = NameWidth(rows, width, columns);
        var perRow = width >= TopView.UnwrappedWidth ? 1 : 2;
        var fitting = Math.Max(1, (height - 2) / perRow);
        var shown = rows.Count * perRow + 1 <= height ? rows : [.. rows.Take(fitting)];
        return shown.SelectMany(row => Row(row, columns, nameWidth, width))
            .Prepend($"[grey]{new string(' ', ShapeWidth)}{"pool".PadRight(nameWidth)}{string.Concat(columns.Select(column => column.Header.PadRight(column.Width))).EscapeMarkup()}[/]")
            .Concat(shown.Count < rows.Count ? [Rest(rows, shown.Count, width)] : Array.Empty<string>());
    }

    private static IEnumerable<string> Row(OverviewRow row, OverviewColumn[] columns, int nameWidth, int width)
    {
        var style = HealthLevel.StyleOf(row.Level);
        var name = SafeText.Fit((row.IsMember ? "  " : "") + row.Name, nameWidth);
        var numbers = row.Pool is { } pool
            ? string.Concat(columns.Select(column => column.Cell(pool)))
            : SafeText.Markup("  " + SafeText.Cut(Servers(row), width - ShapeWidth - nameWidth - 2), "grey");
        var line = $"[{style}]{HealthLevel.ShapeOf(row.Level)}[/] [bold]{name.EscapeMarkup()}[/]{numbers}";
        return width >= TopView.UnwrappedWidth
            ? [$"{line}  {SafeText.Markup(SafeText.Clean(row.Summary), style)}"]
            : [line, "  " + SafeText.Markup(SafeText.Cut(row.Summary, width - ShapeWidth), row.Level == "healthy" ? "grey" : style)];
    }

    private static string Servers(OverviewRow row) => row.Set is { } set
        ? FormattableString.Invariant($"set · primary {set.Primary ?? "none"} · {set.Serving} of {set.Servers} serving · lag {Amounts.Duration(set.MaxLagSeconds)} · failovers {set.Failovers}")
        : "";

    private static string Rest(IReadOnlyList<OverviewRow> rows, int shown, int width)
    {
        var worst = rows.Skip(shown).Select(static row => row.Level).MaxBy(HealthLevel.RankOf) ?? "";
        return SafeText.Markup(SafeText.Cut(FormattableString.Invariant($"… and {rows.Count - shown} more, the worst: {worst}"), width), "grey");
    }

    private static int NameWidth(IReadOnlyList<OverviewRow> rows, int width, OverviewColumn[] columns)
    {
        var room = width - ShapeWidth - columns.Sum(static column => column.Width);
        var longest = rows.Max(static row => SafeText.Cells(SafeText.Clean(row.Name)) + (row.IsMember ? 2 : 0));
        return Math.Max(Math.Min(longest, room), 4);
    }
}
