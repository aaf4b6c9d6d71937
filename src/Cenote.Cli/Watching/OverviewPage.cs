using Spectre.Console;

namespace Cenote.Cli.Watching;

/// <summary>
/// Every pool and set, in lines of markup: numbers, and below them, or beside them where lines have no end, health in
/// words.
/// </summary>
internal sealed class OverviewPage
{
    private const int ShapeWidth = 2;
    private const int Indent = 2;

    /// <summary>Columns give way to names up to here; a longer name gets a line of its own.</summary>
    private const int LongestName = 28;

    private readonly IReadOnlyList<OverviewRow> _rows;
    private readonly IReadOnlyList<OverviewColumn> _columns;
    private readonly IReadOnlyDictionary<string, string> _names;
    private readonly int _nameWidth;
    private readonly int _width;

    private OverviewPage(IReadOnlyList<OverviewRow> rows, int width)
    {
        _rows = rows;
        _width = width;
        var longest = rows.Max(static row => SafeText.Cells(SafeText.Clean(row.Name)) + (row.IsMember ? Indent : 0));
        _columns = OverviewColumn.Choose(width, width - ShapeWidth - Math.Min(longest, LongestName));
        _nameWidth = Math.Max(Math.Min(longest, width - ShapeWidth - _columns.Sum(static column => column.Width)), 4);
        _names = NameCut.Of(rows.Select(static row => row.Name), _nameWidth - (rows.Any(static row => row.IsMember) ? Indent : 0));
    }

    private bool IsUnwrapped => _width >= TopView.UnwrappedWidth;

    /// <param name="sight">What is known.</param>
    /// <param name="width">Of the terminal.</param>
    /// <param name="height">The most lines.</param>
    public static IEnumerable<string> Lines(Sight sight, int width, int height)
    {
        var rows = OverviewOrder.Of(sight.Overview);
        return rows.Count == 0 ? ["[grey]No pool exists yet.[/]"] : new OverviewPage(rows, width).Lines(height);
    }

    /// <summary>
    /// Each row takes as many lines as its words need, the worst first, as long as every row has the least.
    /// </summary>
    private IEnumerable<string> Lines(int height)
    {
        var least = IsUnwrapped ? 1 : 2;
        var fitting = Math.Max(1, (height - 2) / least);
        var shown = (long)_rows.Count * least + 1 <= height ? _rows : [.. _rows.Take(fitting)];
        var spare = shown.Count < _rows.Count ? 0 : height - 1L - (shown.Count * least);
        List<string> lines = [$"[grey]{new string(' ', ShapeWidth)}{"pool".PadRight(_nameWidth)}{string.Concat(_columns.Select(static column => column.Header.PadRight(column.Width))).EscapeMarkup()}[/]"];
        foreach (var row in shown)
        {
            string[] whole = [.. Row(row, isWhole: true)];
            var isWhole = whole.Length - least <= spare;
            spare -= isWhole ? whole.Length - least : 0;
            lines.AddRange(isWhole ? whole : Row(row, isWhole: false));
        }

        return shown.Count < _rows.Count ? lines.Append(Rest(shown.Count)) : lines;
    }

    private IEnumerable<string> Row(OverviewRow row, bool isWhole)
    {
        var style = HealthLevel.StyleOf(row.Level);
        var indent = row.IsMember ? new string(' ', Indent) : "";
        var clean = SafeText.Clean(row.Name);
        var name = indent + (SafeText.Cells(indent + clean) <= _nameWidth ? clean : _names[row.Name]);
        var shape = $"[{style}]{HealthLevel.ShapeOf(row.Level)}[/] ";
        if (isWhole && SafeText.Cells(indent + clean) > _nameWidth)
        {
            // The whole name above, the numbers in their columns below.
            foreach (var (part, index) in SafeText.Wrap(clean, _width - ShapeWidth - indent.Length).Select(static (part, index) => (part, index)))
            {
                yield return $"{(index == 0 ? shape : new string(' ', ShapeWidth))}[bold]{indent}{part.EscapeMarkup()}[/]";
            }

            (shape, name) = (new string(' ', ShapeWidth), "");
        }

        var line = $"{shape}[bold]{SafeText.Fit(name, _nameWidth).EscapeMarkup()}[/]{Numbers(row)}";
        if (IsUnwrapped)
        {
            yield return $"{line}  {SafeText.Markup(SafeText.Clean(row.Summary), style)}";
            yield break;
        }

        yield return line;
        var words = row.Level == "healthy" ? "grey" : style;
        IEnumerable<string> summary = isWhole ? SafeText.Wrap(row.Summary, _width - ShapeWidth) : [SafeText.Cut(row.Summary, _width - ShapeWidth)];
        foreach (var part in summary)
        {
            yield return "  " + SafeText.Markup(part, words);
        }
    }

    private string Numbers(OverviewRow row) => row.Pool is { } pool
        ? string.Concat(_columns.Select(column => column.Cell(pool)))
        : SafeText.Markup("  " + SafeText.Cut(Servers(row), _width - ShapeWidth - _nameWidth - 2), "grey");

    private static string Servers(OverviewRow row) => row.Set is { } set
        ? FormattableString.Invariant($"set · primary {set.Primary ?? "none"} · {set.Serving} of {set.Servers} serving · lag {Amounts.Duration(set.MaxLagSeconds)} · failovers {set.Failovers}")
        : "";

    private string Rest(int shown)
    {
        var worst = _rows.Skip(shown).Select(static row => row.Level).MaxBy(HealthLevel.RankOf) ?? "";
        return SafeText.Markup(SafeText.Cut(FormattableString.Invariant($"… and {_rows.Count - shown} more, the worst: {worst}"), _width), "grey");
    }
}
