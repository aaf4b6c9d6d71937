using Cenote.Cli.Clients;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Cenote.Cli.Display;

/// <summary>One picture of a run, for 80 columns and 24 lines or more.</summary>
internal static class LiveView
{
    private const int LabelWidth = 13;

    public static IRenderable Make(RunWatch watch, int width) => Make(watch.Heading, watch.Meters, watch.Latest, watch.IsEnding, width);

    public static IRenderable Make(RunHeading heading, RunMeters meters, RunSample sample, bool isEnding, int width)
    {
        var counts = sample.Pool.Counts;
        var barWidth = Math.Clamp(width - LabelWidth - 16, 10, 100);
        var grid = new Grid()
            .AddColumn(new GridColumn().NoWrap().Width(LabelWidth).PadLeft(0).PadRight(0))
            .AddColumn(new GridColumn().NoWrap().PadLeft(0).PadRight(0));
        Row(grid, "Connections", $"{ConnectionBar.Markup(counts, barWidth)} {counts.Total} of {counts.Limit}");
        Row(grid, "", ConnectionBar.Legend(counts));
        Row(grid, "Queue", $"[{(counts.Waiting == 0 ? "grey" : "yellow")}]{QueueBar(counts.Waiting, heading.Clients, barWidth)}[/]{counts.Waiting} waiting");
        Row(grid, "Throughput", $"[green]{Sparkline.Draw(sample.Rates, barWidth)}[/] [bold]{Figures.Rate(sample.RateNow)}[/] op/s");
        return new Rows(
            Text.Empty,
            Line($"[bold]{Figures.Seconds(sample.Elapsed)}[/] of {Figures.Seconds(heading.Duration)} [grey]· {Hint(isEnding)}[/]"),
            Text.Empty,
            grid,
            Text.Empty,
            LatencyTable.Make(meters, sample.Pool, sample.Elapsed),
            Text.Empty,
            Line(Totals(meters, sample.Pool)));
    }

    private static string Hint(bool isEnding) =>
        isEnding ? "finishing what was begun; another Ctrl-C ends at once" : "Ctrl-C ends early, and still checks";

    private static string Totals(RunMeters meters, PoolStatistics pool)
    {
        var errors = meters.Total(OperationOutcome.Failed) + meters.Total(OperationOutcome.Unknown);
        return FormattableString.Invariant(
            $"{pool.Opened} opened · {pool.ClosedTotal} closed · {pool.Timeouts} timeouts · {meters.Total(OperationOutcome.OutOfStock)} out of stock · [{(errors == 0 ? "green" : "red bold")}]{errors} errors[/]");
    }

    private static string QueueBar(int waiting, int clients, int width)
    {
        var length = (int)Math.Ceiling((double)waiting / Math.Max(1, clients) * width);
        return length == 0 ? "" : new string('▪', Math.Min(width, length)) + " ";
    }

    private static Markup Line(string markup) => new(markup) { Overflow = Overflow.Ellipsis };

    private static void Row(Grid grid, string label, string markup) => grid.AddRow(new Markup($"[bold]{label}[/]"), new Markup(markup));
}
