using Cenote.LoadBench.Load;
using Cenote.LoadBench.Parts;
using Cenote.LoadBench.Sides;
using Cenote.Reporting;

namespace Cenote.LoadBench.HandOver;

/// <summary>Threads that block: the longest wait beside the mean, and how evenly they are served.</summary>
internal sealed class FairnessPart : IPart
{
    private const int Rounds = 7;
    private const int Connections = 8;
    private const int Threads = 64;
    private static readonly TimeSpan Hold = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(1);

    public string Name => "fairness";

    public IReadOnlyCollection<Target> Run(Report report)
    {
        using var pool = StubPools.Create(Connections);
        var turns = Turns.Take(Rounds, () => BlockedThreads.Run(() => pool.Rent(), static lease => lease.Dispose(), Threads, Hold, Duration))[0];
        report.Add($"## {Threads} blocking threads on {Connections} connections, held for {Hold.TotalMilliseconds:N0} ms ({Name})");
        report.Add();
        report.AddTable(
            ["side", "rents/s", "mean wait, ms", "p99, ms", "longest, ms", "longest / mean", "Jain's index"],
            [Row("Cenote", turns)]);
        report.Add();
        var longest = Median.Of(turns.Select(static turn => turn.Longest / turn.Mean));
        var jain = turns.Min(static turn => turn.JainIndex);
        return
        [
            new Target($"longest wait, {Threads} threads on {Connections}", "at most 4 times the mean", $"{longest:0.0} times", longest <= 4),
            new Target($"Jain's index, {Threads} threads on {Connections}", "at least 0.999", $"{jain:0.000} in the worst round", jain >= 0.999),
        ];
    }

    private static string[] Row(string side, Waits[] turns) =>
    [
        side,
        $"{Median.Of(turns.Select(static turn => turn.Milliseconds.Length / Duration.TotalSeconds)):N0}",
        $"{Median.Of(turns.Select(static turn => turn.Mean)):N2}",
        $"{Median.Of(turns.Select(static turn => turn.Percentile(0.99))):N2}",
        $"{Median.Of(turns.Select(static turn => turn.Longest)):N2}",
        $"{Median.Of(turns.Select(static turn => turn.Longest / turn.Mean)):N1}",
        $"{Median.Of(turns.Select(static turn => turn.JainIndex)):0.000}",
    ];
}
