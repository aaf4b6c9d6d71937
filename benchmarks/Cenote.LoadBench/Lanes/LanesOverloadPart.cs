using Cenote.LoadBench.HandOver;
using Cenote.LoadBench.Parts;
using Cenote.Reporting;

namespace Cenote.LoadBench.Lanes;

/// <summary>
/// An open loop at one to four times the capacity of PostgreSQL connections: interactive callers need 0.3 of it, batch
/// callers want the rest, and more.
/// </summary>
internal sealed class LanesOverloadPart : IPart
{
    private const int Rounds = 3;
    private const double InteractiveLoad = 0.3;
    private const int MaxWaiters = 2 * Overload.Connections;
    private static readonly double[] s_loads = [1, 2, 3, 4];
    private static readonly TimeSpan s_target = TimeSpan.FromMilliseconds(20);

    public string Name => "overload";

    public IReadOnlyCollection<Target> Run(Report report)
    {
        report.Add($"## Open loop with lanes, PostgreSQL, {Overload.Connections} connections, {Overload.Use.TotalMilliseconds:N0} ms of work, a deadline of {Overload.Deadline.TotalMilliseconds:N0} ms ({Name})");
        report.Add();
        if (Workload.OnPostgreSql(line => report.Add(line)) is not { } workload)
        {
            report.Add();
            return [new Target("goodput, load 1 to 4", "at least 95 % of the ideal", "", IsMet: null)];
        }

        report.Add($"Lanes: interactive with weight 4, batch with `MaxWaiters` {MaxWaiters}; both with `LoadShedding` from waits of {s_target.TotalMilliseconds:N0} ms on. The ideal is what the same connections do without a pool between two statements, measured before each round.");
        report.Add();
        var rounds = MeasureAsync(workload).GetAwaiter().GetResult();
        report.AddTable(
            ["load", "offered/s", "ideal/s", "in time/s", "of the ideal", "interactive in time", "late", "timeouts", "queue full", "known within, p99 ms", "shed"],
            s_loads.Select((load, i) => Row($"{load:0} times the capacity", rounds, i)));
        report.Add();
        var all = rounds.SelectMany(static round => round.Turns).ToList();
        var goodput = s_loads.Select((_, i) => Goodput(rounds, i)).Min();
        var interactive = s_loads.Select((_, i) => InTime(rounds, i)).Min();
        var late = all.Sum(static turn => turn.Late);
        var within = s_loads.Select((_, i) => Median.Of(rounds.Select(round => round.Turns[i].Batch.RefusedWithin))).Max();
        var withoutTime = all.Sum(static turn => turn.Batch.WithoutTime + turn.Interactive.WithoutTime);
        return
        [
            new Target("goodput, load 1 to 4", "at least 95 % of the ideal", $"{goodput:P1} at the worst", goodput >= 0.95),
            new Target("interactive callers served in time, load 1 to 4", "at least 99 %", $"{interactive:P1} at the worst", interactive >= 0.99),
            new Target("served after the deadline, load 1 to 4", "0", $"{late:N0}", late == 0),
            new Target("a caller that finds the queue full knows it within, p99", "5 ms", $"{within:N1} ms at the worst", within <= 5),
            new Target("rejections without a time to try again", "0", $"{withoutTime:N0}", withoutTime == 0),
        ];
    }

    private static async Task<(double Capacity, OverloadTurn[] Turns)[]> MeasureAsync(Workload workload)
    {
        var shedding = new LoadSheddingOptions { TargetDelay = s_target };
        await using var pool = await workload.CreateAsync(
            Overload.Connections,
            new LaneOptions { Name = Overload.Interactive.Name, Weight = 4, LoadShedding = shedding },
            new LaneOptions { Name = Overload.Batch.Name, MaxWaiters = MaxWaiters, LoadShedding = shedding });
        return Turns.Take(Rounds, () =>
        {
            var capacity = Overload.MeasureCapacityAsync(workload, pool).GetAwaiter().GetResult();
            return (capacity, s_loads.Select(load => new Overload(workload, pool).Run(InteractiveLoad * capacity, (load - InteractiveLoad) * capacity)).ToArray());
        })[0];
    }

    private static string[] Row(string load, (double Capacity, OverloadTurn[] Turns)[] rounds, int i)
    {
        var turns = rounds.Select(round => round.Turns[i]).ToList();
        return
        [
            load,
            $"{Median.Of(turns.Select(static turn => turn.Offered)):N0}",
            $"{Median.Of(rounds.Select(round => Ideal(round, i))):N0}",
            $"{Median.Of(turns.Select(static turn => turn.Served)):N0}",
            $"{Goodput(rounds, i):P1}",
            $"{InTime(rounds, i):P1}",
            $"{turns.Sum(static turn => turn.Late):N0}",
            $"{turns.Sum(static turn => turn.Interactive.Timeouts + turn.Batch.Timeouts):N0}",
            $"{turns.Sum(static turn => turn.Interactive.Refused + turn.Batch.Refused):N0}",
            $"{Median.Of(turns.Select(static turn => turn.Batch.RefusedWithin)):N1}",
            $"{turns.Sum(static turn => turn.Interactive.Shed + turn.Batch.Shed):N0}",
        ];
    }

    private static double Ideal((double Capacity, OverloadTurn[] Turns) round, int load) => Math.Min(round.Capacity, round.Turns[load].Offered);

    private static double Goodput((double Capacity, OverloadTurn[] Turns)[] rounds, int load) => Median.Of(rounds.Select(round => round.Turns[load].Served / Ideal(round, load)));

    private static double InTime((double Capacity, OverloadTurn[] Turns)[] rounds, int load) =>
        Median.Of(rounds.Select(round => Math.Min(1, round.Turns[load].Interactive.Served / round.Turns[load].Interactive.Offered)));
}
