using Cenote.LoadBench.Load;
using Cenote.LoadBench.Parts;
using Cenote.LoadBench.Sides;
using Cenote.Reporting;

namespace Cenote.LoadBench.HandOver;

/// <summary>
/// An open loop at one to four times the capacity: how many callers are served, and none after its deadline.
/// </summary>
internal sealed class OverloadPart : IPart
{
    private const int Rounds = 3;

    public string Name => "overload";

    public IReadOnlyCollection<Target> Run(Report report)
    {
        using var pool = StubPools.Create(OpenLoop.Connections);
        int[] loads = [1, 2, 3, 4];
        var rounds = Turns.Take(Rounds, () => RunRound(pool, loads))[0];
        report.Add($"## Open loop, {OpenLoop.Connections} connections, {OpenLoop.Work.TotalMilliseconds:N0} ms of work, a deadline of {OpenLoop.Deadline.TotalMilliseconds:N0} ms ({Name})");
        report.Add();
        report.AddTable(
            ["load", "offered/s", "ideal/s", "served in time/s", "of the ideal", "late", "latest after its deadline, ms"],
            loads.Select((load, i) => new[]
            {
                $"{load} times the capacity",
                $"{Median.Of(rounds.Select(round => round.Turns[i].Offered)):N0}",
                $"{Median.Of(rounds.Select(round => Ideal(round, i))):N0}",
                $"{Median.Of(rounds.Select(round => round.Turns[i].Served)):N0}",
                $"{Goodput(rounds, i):P1}",
                $"{rounds.Sum(round => round.Turns[i].Late):N0}",
                $"{Math.Max(0, rounds.Max(round => round.Turns[i].Latest).TotalMilliseconds):N1}",
            }));
        report.Add();
        var late = rounds.Sum(static round => round.Turns.Sum(static turn => turn.Late));
        var goodput = loads.Select((_, i) => Goodput(rounds, i)).Min();
        return
        [
            new Target("served after its deadline, load 1 to 4", "0", $"{late:N0}", late == 0),
            new Target("goodput, load 1 to 4", "at least 95 % of the ideal", $"{goodput:P1} at the worst", goodput >= 0.95),
        ];
    }

    private static (double Capacity, OpenLoopTurn[] Turns) RunRound(ConnectionPool pool, int[] loads)
    {
        var capacity = OpenLoop.MeasureCapacity();
        return (capacity, [.. loads.Select(load =>
            new OpenLoop<ConnectionLease>(deadline => pool.RentAsync(deadline), static lease => lease.Dispose()).Run(load * capacity))]);
    }

    private static double Ideal((double Capacity, OpenLoopTurn[] Turns) round, int load) => Math.Min(round.Capacity, round.Turns[load].Offered);

    private static double Goodput((double Capacity, OpenLoopTurn[] Turns)[] rounds, int load) =>
        Median.Of(rounds.Select(round => round.Turns[load].Served / Ideal(round, load)));
}
