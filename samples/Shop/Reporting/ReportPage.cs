using Cenote.Shop.Checking;
using Cenote.Shop.Clients;
using Cenote.Shop.Display;
using Cenote.Shop.Pools;
using Spectre.Console;
using static Cenote.Shared.Figures;

namespace Cenote.Shop.Reporting;

/// <summary>The report for a person.</summary>
internal sealed class ReportPage(IAnsiConsole console)
{
    private const int LabelWidth = 15;

    public void Write(RunResult result)
    {
        var done = result.Meters.Total(OperationOutcome.Done);
        var seconds = Math.Max(0.001, result.Elapsed.TotalSeconds);
        console.MarkupLine(
            $"[bold]{(result.Interrupted ? "Ended early" : "Done")}[/] after {Duration(result.Elapsed)}: {Count(done)} operations, {Rate(done / seconds)} a second");
        console.WriteLine();
        foreach (var arrangement in result.Arrangements)
        {
            var heading = result.Arrangements.Count > 1 ? result.Heading.Pools.NameOf(arrangement.Kind) : "";
            console.Write(LatencyTable.Make(LatencyRow.Operations(arrangement).Concat(LatencyRow.Pools(arrangement)), heading));
            console.WriteLine();
        }

        if (result.Comparison is { } comparison)
        {
            console.Write(ComparisonSection.Make(comparison, result.Heading.Pools));
            console.WriteLine();
        }

        WriteNumbers(result);
        console.WriteLine();
        foreach (var finding in result.Findings)
        {
            Write(finding);
        }

        console.WriteLine();
        console.MarkupLine(result.Afterwards.EscapeMarkup());
        console.MarkupLine(result.Holds
            ? $"[green bold]All is well:[/] the database agrees with what the clients were told, and the counts of {Pools(result)} add up."
            : "[red bold]Something is wrong:[/] see the lines marked ✗.");
    }

    private void WriteNumbers(RunResult result)
    {
        var meters = result.Meters;
        Entry("Not done", $"{Count(meters.Total(OperationOutcome.OutOfStock))} out of stock, {Count(meters.Total(OperationOutcome.Cancelled))} queued when the run ended, "
            + $"{Count(meters.Total(OperationOutcome.Failed))} failed, {Count(meters.Total(OperationOutcome.Unknown))} failed in their commit");
        var pools = result.Pools.ToArray();
        foreach (var pool in pools)
        {
            WriteNumbers(pool, pools.Length == 1 ? "Pool" : PoolNames.Label(pool.Part));
        }

        foreach (var (message, count) in result.Errors.List())
        {
            Entry("[red]Error[/]", $"{Count(count)} × {message.EscapeMarkup()}");
        }
    }

    private void WriteNumbers(PoolSight sight, string label)
    {
        var (pool, rents, peaks) = (sight.Statistics, sight.Rents, sight.Peaks);
        Entry(label, $"{Count(pool.Rents)} rents ({Count(rents.Leases)} leases, {Count(rents.PooledConnections)} pooled connections): "
            + $"{Count(pool.Waits)} waited, {Count(pool.Timeouts)} timed out");
        Entry("  connections", $"{Count(pool.ConnectionsOpened)} opened, {Count(pool.OpenFailures)} could not be opened, {Closed(pool)}");
        if (pool.CircuitOpenings > 0)
        {
            Entry("  circuit", $"opened {Count(pool.CircuitOpenings)} times, {Count(pool.CircuitRejections)} rents refused meanwhile");
        }

        Entry("  at most", $"{Count(peaks.Total)} open, {Count(peaks.Leased)} leased, {Count(peaks.Waiting)} waiting, as sampled");
    }

    private void Write(CheckFinding finding)
    {
        Entry(
            finding.Holds ? "[green]✓[/]" : "[red bold]✗[/]",
            $"{finding.Statement.EscapeMarkup()} [grey]({finding.Detail.EscapeMarkup()})[/]",
            labelWidth: 2);
        foreach (var problem in finding.Problems)
        {
            Entry("", $"[red]{problem.EscapeMarkup()}[/]", labelWidth: 4);
        }

        if (finding.ProblemCount > finding.Problems.Count)
        {
            Entry("", $"[red]… and {Count(finding.ProblemCount - finding.Problems.Count)} more.[/]", labelWidth: 4);
        }
    }

    private static string Pools(RunResult result) => result.Pools.Count() > 1 ? "the pools" : "the pool";

    private static string Closed(PoolStatistics pool)
    {
        var reasons = pool.ConnectionsClosedByReason.OrderByDescending(pair => pair.Value).Select(pair => $"{Count(pair.Value)} {Words(pair.Key)}");
        return pool.ConnectionsClosed == 0 ? "none closed" : $"{Count(pool.ConnectionsClosed)} closed ({string.Join(", ", reasons)})";
    }

    private static string Words(CloseReason reason) => string.Concat(
        reason.ToString().Select((letter, index) => char.IsUpper(letter) && index > 0 ? " " + char.ToLowerInvariant(letter) : char.ToLowerInvariant(letter).ToString()));

    // Long texts wrap under themselves, not under their label.
    private void Entry(string label, string markup, int labelWidth = LabelWidth) => console.Write(
        new Grid()
            .AddColumn(new GridColumn().NoWrap().Width(labelWidth).PadLeft(0).PadRight(0))
            .AddColumn(new GridColumn().PadLeft(0).PadRight(0))
            .AddRow(label, markup));
}
