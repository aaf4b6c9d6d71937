using Cenote.Reporting;

namespace Cenote.QueryBench;

/// <summary>The results of a run in Markdown.</summary>
internal static class QueryReport
{
    internal static Report Create(
        BenchArguments arguments, IReadOnlyList<Measurement> measurements, IReadOnlyList<string> missing, Target[] targets, string rounds)
    {
        var report = new Report();
        report.Add($"# query, {Machine.Today()}");
        report.Add();
        report.Add($"- Command: `{arguments.Command}`");
        Machine.Describe().ToList().ForEach(report.Add);
        measurements.Select(static measurement => measurement.Database.Description).Distinct(StringComparer.Ordinal).ToList()
            .ForEach(description => report.Add($"- {description}"));
        report.Add($"- One `{Query.Text}` per lease, asynchronous clients, {Query.Connections} connections in every pool, full reset on both sides.");
        report.Add($"- {rounds}, every other round backwards. Queries a second: medians. Ratio to the driver's own pool: median of the rounds' ratios (its 95 % interval). CPU: processor time of the client's process per query.");
        report.Add();
        report.AddTable(
            ["database", "clients", "driver's own pool, 1/s", "lease, 1/s", "connection, 1/s", "lease, ratio", "connection, ratio", "own CPU, µs", "lease", "connection"],
            measurements.Select(static measurement => measurement.Row()));
        foreach (var line in missing)
        {
            report.Add();
            report.Add(line);
        }

        report.Add();
        report.AddTargets(targets);
        return report;
    }
}
