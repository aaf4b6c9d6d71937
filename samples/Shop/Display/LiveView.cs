using Cenote.Comparing;
using Cenote.Shared;
using Cenote.Shop.Clients;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Cenote.Shop.Display;

/// <summary>One picture of a run, for 80 columns and 24 lines or more.</summary>
internal static class LiveView
{
    private const int LabelWidth = 13;

    public static IRenderable Make(RunWatch watch, int width) => Make(watch.Heading, watch.Meters, watch.Latest, watch.IsEnding, width);

    public static IRenderable Make(RunHeading heading, OperationMeters meters, RunSample sample, bool isEnding, int width)
    {
        var grid = new Grid()
            .AddColumn(new GridColumn().NoWrap().Width(LabelWidth).PadLeft(0).PadRight(0))
            .AddColumn(new GridColumn().NoWrap().PadLeft(0).PadRight(0));
        if (sample.Turn.Pairs > 0)
        {
            Row(grid, "At work", AtWork(heading, sample.Turn));
        }

        foreach (var (label, markup) in PoolRows.Of(sample, heading.Clients, width - LabelWidth))
        {
            Row(grid, label, markup);
        }

        var sparks = Sparkline.Draw(sample.Rates, PoolRows.BarWidth(width - LabelWidth, 16));
        Row(grid, "Throughput", $"[green]{sparks}[/] [bold]{Figures.Rate(sample.RateNow)}[/] op/s");
        return new Rows(
            Text.Empty,
            Line($"[bold]{Figures.Seconds(sample.Elapsed)}[/] of {Figures.Seconds(heading.Duration)} [grey]· {Hint(isEnding)}[/]"),
            Text.Empty,
            grid,
            Text.Empty,
            LatencyTable.Make(Rows(sample)),
            Text.Empty,
            Line(Totals(meters, sample)));
    }

    private static IEnumerable<LatencyRow> Rows(RunSample sample) => sample.Arrangements is [var only]
        ? LatencyRow.Operations(only).Concat(LatencyRow.Pools(only))
        : LatencyRow.Sides(sample.Arrangements);

    private static string AtWork(RunHeading heading, Turn turn) =>
        $"[bold]{heading.Pools.NameOf(turn.Arrangement)}[/] [grey]· {(turn.Pair == 0 ? "warming up" : $"pair {Figures.Count(turn.Pair)} of {Figures.Count(turn.Pairs)}")}[/]";

    private static string Hint(bool isEnding) =>
        isEnding ? "finishing open operations; Ctrl-C again ends at once" : "Ctrl-C ends early; the check still runs";

    private static string Totals(OperationMeters meters, RunSample sample)
    {
        var errors = meters.Total(OperationOutcome.Failed) + meters.Total(OperationOutcome.Unknown);
        var pools = sample.Pools.Select(pool => pool.Statistics).ToArray();
        return FormattableString.Invariant(
            $"{pools.Sum(pool => pool.ConnectionsOpened)} opened · {pools.Sum(pool => pool.ConnectionsClosed)} closed · {pools.Sum(pool => pool.Timeouts)} timeouts · {meters.Total(OperationOutcome.OutOfStock)} out of stock · [{(errors == 0 ? "green" : "red bold")}]{errors} errors[/]");
    }

    private static Markup Line(string markup) => new(markup) { Overflow = Overflow.Ellipsis };

    private static void Row(Grid grid, string label, string markup) => grid.AddRow(new Markup($"[bold]{label}[/]"), new Markup(markup));
}
