using System.Diagnostics;
using Cenote.Benchmarks.Cycles;
using Cenote.LoadBench.Parts;
using Cenote.LoadBench.Sides;
using Cenote.Reporting;

namespace Cenote.LoadBench.HandOver;

/// <summary>
/// Rent and return of an awaited lease beside the two atomic instructions that no pool can do without.
/// </summary>
internal sealed class AwaitedPart : IPart
{
    private const int Rounds = 25;
    private const int Operations = 1 << 20;
    private const int Connections = 8;
    private const double Goal = 1.6;

    public string Name => "awaited";

    public IReadOnlyCollection<Target> Run(Report report)
    {
        report.Add($"## Awaited lease beside a bare swap and exchange ({Name})");
        report.Add();
        using var pool = new SettledPool(StubPools.Create(Connections));
        List<(int Threads, double Bare, double Lease, PairedRatio Ratio)> results = [];
        foreach (var threads in (int[])[1, 2, 8])
        {
            using var team = new ThreadTeam(threads);
            using var bare = new BareCycle();
            using var lease = new AsyncLeaseCycle(pool);
            var (start, warmUp) = (Stopwatch.GetTimestamp(), pool.WarmUp(threads));
            while (Stopwatch.GetElapsedTime(start) < warmUp)
            {
                team.Run(bare, Operations / 32);
                team.Run(lease, Operations / 8);
            }

            var turns = Turns.Take(Rounds, () => Measure(team, bare), () => Measure(team, lease));
            results.Add((threads, Median.Of(turns[0]), Median.Of(turns[1]), PairedRatio.Of(turns[1], turns[0])));
        }

        report.AddTable(
            ["threads", "bare, ns", "awaited lease, ns", "ratio"],
            results.Select(static result => new[] { $"{result.Threads}", $"{result.Bare:N1}", $"{result.Lease:N1}", result.Ratio.ToString() }));
        report.Add();
        return
        [
            .. results.Select(static result => new Target(
                $"awaited lease, {result.Threads} threads", $"at most {Goal:0.0} times a bare swap and exchange", result.Ratio.ToString(), result.Ratio.Ratio <= Goal)),
        ];
    }

    private static double Measure(ThreadTeam team, ICycle cycle)
    {
        var start = Stopwatch.GetTimestamp();
        team.Run(cycle, Operations);
        return Stopwatch.GetElapsedTime(start).TotalNanoseconds / Operations;
    }
}
