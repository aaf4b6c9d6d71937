using Cenote.Cli.Clients;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Cenote.Cli.Display;

/// <summary>Durations in rows of fixed columns, 76 characters wide: what clients did, and what the pool did for them.</summary>
internal static class LatencyTable
{
    public static IRenderable Make(RunMeters meters, PoolStatistics pool, TimeSpan elapsed)
    {
        var rows = new List<IRenderable> { new Markup($"[grey]{Row("", "done", "per s", "p50", "p95", "p99", "max")}[/]") };
        foreach (var kind in Enum.GetValues<OperationKind>())
        {
            rows.Add(Line(OperationNames.Of(kind), meters[kind].Latency.Summarize(), elapsed, withCount: true));
        }

        rows.Add(Line("wait for a connection", pool.WaitTime, elapsed, withCount: true));
        rows.Add(Line("hold a connection", pool.UseTime, elapsed, withCount: false)); // A sample: its count would mislead.
        rows.Add(Line("open a connection", pool.ConnectTime, elapsed, withCount: true));
        return new Rows(rows);
    }

    private static Text Line(string name, LatencySummary latency, TimeSpan elapsed, bool withCount) => new(Row(
        name,
        withCount ? Figures.Count(latency.Count) : "",
        withCount ? Figures.Rate(latency.Count / Math.Max(0.001, elapsed.TotalSeconds)) : "",
        Figures.Duration(latency.P50),
        Figures.Duration(latency.P95),
        Figures.Duration(latency.P99),
        Figures.Duration(latency.Maximum)));

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
