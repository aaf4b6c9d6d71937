using Cenote.LoadBench.HandOver;
using Cenote.LoadBench.Parts;
using Cenote.Reporting;

namespace Cenote.LoadBench.Lanes;

/// <summary>
/// A batch flood of fifty times the capacity beside interactive callers, who have a reserve: each side alone, both
/// together, and both in a pool without lanes.
/// </summary>
internal sealed class FloodPart(string name, string database, Func<Action<string>, Workload?> find) : IPart
{
    private const int Rounds = 3;
    private static readonly Lane s_interactive = new("interactive");
    private static readonly Lane s_batch = new("batch");

    public string Name => name;

    public IReadOnlyCollection<Target> Run(Report report)
    {
        report.Add($"## {Flood.BatchCallers} batch callers and {Flood.Reserved} interactive ones, {Flood.Connections} connections, {database} ({Name})");
        report.Add();
        if (find(line => report.Add(line)) is not { } workload)
        {
            report.Add();
            return [new Target($"interactive p99 under the flood, {database}", "at most 1.2 times idle", "", IsMet: null)];
        }

        report.Add($"An interactive call takes {Flood.InteractiveUse.TotalMilliseconds:N0} ms, a batch call {Flood.BatchUse.TotalMilliseconds:N0} ms. Lanes: interactive with a reserve of {Flood.Reserved}, batch.");
        report.Add();
        var turns = MeasureAsync(workload).GetAwaiter().GetResult();
        var (idle, alone, both, without) = (turns[0], turns[1], turns[2], turns[3]);
        report.AddTable(
            ["callers", "interactive p50, ms", "p99, ms", "p99 of the wait, ms", "batch/s", "batch overtaken"],
            [
                Row("interactive alone", idle),
                Row("batch alone, in its lane", alone),
                Row("both, in lanes", both),
                Row("both, without lanes", without),
            ]);
        report.Add();
        var ratio = Ratio(both, idle, static turn => turn.P99);
        var share = Ratio(both, alone, static turn => turn.Batch);
        var overtaken = both.Sum(static turn => turn.Overtaken);
        return
        [
            new Target($"interactive p99 under the flood, {database}", "at most 1.2 times idle", $"{ratio:0.00} times", ratio <= 1.2),
            new Target($"batch calls a second under the flood, {database}", "at least 0.95 of batch alone", $"{share:0.00} times", share >= 0.95),
            new Target($"batch callers served out of their order, {database}", "0", $"{overtaken:N0}", overtaken == 0),
        ];
    }

    private static async Task<FloodTurn[][]> MeasureAsync(Workload workload)
    {
        await using var pool = await workload.CreateAsync(Flood.Connections, new LaneOptions { Name = s_interactive.Name, Reserve = Flood.Reserved }, new LaneOptions { Name = s_batch.Name });
        await using var plain = await workload.CreateAsync(Flood.Connections);
        return Turns.Take(
            Rounds,
            () => Run(pool, s_interactive, s_batch, hasInteractive: true, hasBatch: false),
            () => Run(pool, s_interactive, s_batch, hasInteractive: false, hasBatch: true),
            () => Run(pool, s_interactive, s_batch, hasInteractive: true, hasBatch: true),
            () => Run(plain, interactive: null, batch: null, hasInteractive: true, hasBatch: true));

        FloodTurn Run(ConnectionPool pool, Lane? interactive, Lane? batch, bool hasInteractive, bool hasBatch) =>
            new Flood(workload, pool, interactive, batch).RunAsync(hasInteractive, hasBatch).GetAwaiter().GetResult();
    }

    private static double Ratio(FloodTurn[] turns, FloodTurn[] others, Func<FloodTurn, double> read) => Median.Of(turns.Zip(others, (turn, other) => read(turn) / read(other)));

    private static string[] Row(string callers, FloodTurn[] turns)
    {
        return [callers, Show(static turn => turn.Median), Show(static turn => turn.P99), Show(static turn => turn.Wait), $"{Median.Of(turns.Select(static turn => turn.Batch)):N0}", $"{turns.Sum(static turn => turn.Overtaken):N0}"];

        string Show(Func<FloodTurn, double> read) => Median.Of(turns.Select(read)) is var value && double.IsNaN(value) ? "" : $"{value:N1}";
    }
}
