using Cenote.Reporting;

namespace Cenote.QueryBench;

/// <summary>The results of a run in Markdown.</summary>
internal static class QueryReport
{
    internal static Report Create(
        BenchArguments arguments, IReadOnlyList<Measurement> measurements, IEnumerable<string> notes, IReadOnlyCollection<Target> targets, string rounds)
    {
        var report = new Report();
        report.Add($"# query, {Machine.Today()}");
        report.Add();
        report.Add($"- Command: `{arguments.Command}`");
        Machine.Describe().ToList().ForEach(report.Add);
        notes.ToList().ForEach(note => report.Add($"- {note}"));
        report.Add($"- One `{Statement.Text}` per lease, {Statement.Connections} connections in every pool.");
        report.Add($"- {rounds}, every other round backwards. Medians of the rounds, and the longest latency of all rounds. Ratio to the first side: median of the rounds' ratios (its 95 % interval). CPU and bytes: of the client's process, per query.");
        foreach (var part in measurements.GroupBy(static measurement => measurement.Part))
        {
            report.Add();
            report.Add($"## {part.Key.Name}");
            report.Add();
            report.AddTable(Measurement.Header, part.SelectMany(static measurement => measurement.Rows()));
        }

        report.Add();
        report.Add("## Targets");
        report.Add();
        report.AddTargets(targets);
        return report;
    }
}
