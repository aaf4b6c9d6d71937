using Cenote.Reporting;

namespace Cenote.ConnectBench;

/// <summary>The results of a run in Markdown.</summary>
internal static class ConnectReport
{
    internal static Report Create(BenchArguments arguments, IReadOnlyList<Measurement> measurements, Target[] targets, string server, int rounds)
    {
        var report = new Report();
        report.Add($"# connect, {Machine.Today()}");
        report.Add();
        report.Add($"- Command: `{arguments.Command}`");
        Machine.Describe().ToList().ForEach(report.Add);
        report.Add($"- {server}");
        report.Add($"- {rounds} rounds, every other round backwards, a new pool for each side in each round. Medians. Ratios: median of the rounds' own ratios (its 95 % interval).");
        report.Add("- Server CPU: the sessions' processes and the process that forks them. Loads: calls of the driver's query for types in pg_stat_statements, from the new pool to the last connection replaced.");
        report.Add();
        report.AddTable(
            ["database", "connections", " pool", "open, ms", "client CPU, ms", "server CPU, ms", "memory, KiB each", "replace all, ms", "loads"],
            measurements.SelectMany(static measurement => measurement.Rows()));
        report.Add();
        report.AddTable(
            ["database", "connections", " ratio of", "open", "client CPU", "server CPU", "memory", "replace all"],
            measurements.SelectMany(static measurement => measurement.Ratios()));
        report.Add();
        report.AddTargets(targets);
        return report;
    }
}
