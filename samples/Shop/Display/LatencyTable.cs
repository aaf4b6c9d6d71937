using Cenote.Shared;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Cenote.Shop.Display;

/// <summary>
/// Durations in rows of fixed columns, 76 characters wide: what clients did, and what the pools did for them.
/// </summary>
internal static class LatencyTable
{
    public static IRenderable Make(IEnumerable<LatencyRow> rows, string heading = "") => new Rows(rows
        .Select(row => (IRenderable)Line(row))
        .Prepend(new Markup($"[bold]{heading.PadRight(22).EscapeMarkup()}[/][grey]{Row("", "done", "per s", "p50", "p95", "p99", "max")[22..]}[/]")));

    private static Text Line(LatencyRow row) => new(Row(
        row.Name,
        row.Over is null ? "" : Figures.Count(row.Latency.Count),
        row.Over is { } over ? Figures.Rate(row.Latency.Count / Math.Max(0.001, over.TotalSeconds)) : "",
        Figures.Duration(row.Latency.P50),
        Figures.Duration(row.Latency.P95),
        Figures.Duration(row.Latency.P99),
        Figures.Duration(row.Latency.Maximum)));

    private static string Row(string name, params ReadOnlySpan<string> values)
    {
        var row = name.PadRight(22);
        foreach (var value in values)
        {
            row += value.PadLeft(9);
        }

        return row;
    }
}
