using Cenote.Comparing;
using Cenote.Shop.Pools;
using Spectre.Console;
using Spectre.Console.Rendering;
using static Cenote.Shared.Figures;

namespace Cenote.Shop.Reporting;

/// <summary>
/// What one writer and readers gain over a mixed pool, 78 characters wide, with the words that the numbers allow.
/// </summary>
internal static class ComparisonSection
{
    public static IRenderable Make(Comparison comparison, PoolSizes sizes)
    {
        var title = $"{sizes.NameOf(ArrangementKind.Split)} beside {sizes.NameOf(ArrangementKind.Mixed)}, in turns: {Plural(comparison.Pairs.Count, "pair")} of phases, medians";
        return new Rows(
            new Markup($"[bold]{title}[/]"),
            new Markup($"[grey]{Row("", "", "reads", "", "", "writes", "", "")}[/]"),
            new Markup($"[grey]{Row("", "per s", "p50", "p95", "p99", "p50", "p95", "p99")}[/]"),
            new Text(Row(sizes.NameOf(ArrangementKind.Split), Cells(comparison.Split))),
            new Text(Row(sizes.NameOf(ArrangementKind.Mixed), Cells(comparison.Mixed))),
            new Markup(Sentence(comparison)));
    }

    /// <summary>What the numbers say, and no more.</summary>
    public static string Sentence(Comparison comparison)
    {
        var pairs = comparison.Pairs.Count;
        if (pairs == 0)
        {
            return "[yellow]No pair of phases was finished, which gives no result.[/]";
        }

        var measured = FormattableString.Invariant(
            $"median {comparison.Ratio:0.00}, from {comparison.LowestRatio:0.00} to {comparison.HighestRatio:0.00}; more in {comparison.SplitAhead} of {Plural(pairs, "pair")}");
        return comparison.Outcome switch
        {
            ComparisonOutcome.SplitFaster => FormattableString.Invariant($"[green]One writer + readers did {comparison.Ratio:0.00} times the work of the mixed pool[/] ({measured})."),
            ComparisonOutcome.MixedFaster => FormattableString.Invariant($"[yellow]One writer + readers did less here: {comparison.Ratio:0.00} times the work of the mixed pool[/] ({measured})."),
            ComparisonOutcome.TooFewPairs => $"[yellow]Too few pairs to tell whether one writer + readers do more than the mixed pool[/] ({measured}): give more --seconds.",
            _ => $"[yellow]No clear difference between one writer + readers and the mixed pool[/] ({measured}).",
        };
    }

    private static string[] Cells(SideMedians side) =>
    [
        Rate(side.OperationsPerSecond),
        Duration(side.Reads.P50), Duration(side.Reads.P95), Duration(side.Reads.P99),
        Duration(side.Writes.P50), Duration(side.Writes.P95), Duration(side.Writes.P99),
    ];

    private static string Row(string name, params ReadOnlySpan<string> values)
    {
        var row = name.PadRight(22);
        foreach (var value in values)
        {
            row += value.PadLeft(8);
        }

        return row;
    }
}
