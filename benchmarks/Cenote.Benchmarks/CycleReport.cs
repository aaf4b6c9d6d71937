using Cenote.Benchmarks.Cycles;
using Cenote.Benchmarks.Waiters;
using Cenote.Reporting;
using Microsoft.Data.Sqlite;
using MySqlConnector;
using Npgsql;

namespace Cenote.Benchmarks;

/// <summary>The results of a run in Markdown.</summary>
internal static class CycleReport
{
    internal static Report Create(
        BenchArguments arguments, IReadOnlyList<CycleResult> results, HandOverRounds? handOvers, IReadOnlyCollection<Target> targets)
    {
        var report = new Report();
        report.Add($"# cycle, {Machine.Today()}");
        report.Add();
        report.Add($"- Command: `{arguments.Command}`");
        Machine.Describe().ToList().ForEach(report.Add);
        report.Add($"- Drivers: Npgsql {Machine.VersionOf(typeof(NpgsqlConnection))}, MySqlConnector {Machine.VersionOf(typeof(MySqlConnection))}, Microsoft.Data.Sqlite {Machine.VersionOf(typeof(SqliteConnection))}");
        report.Add($"- Servers: {Databases.DescribeServers()}");
        report.Add($"- Time per operation: wall time / operations of all threads together, first quartile of the iterations (median in brackets). Pools of {Pools.Size} connections.");
        report.Add();
        AddResults(report, results);
        if (handOvers is not null)
        {
            report.Add();
            report.Add($"Hand-overs to the first of {HandOverRounds.Few} waiters: {handOvers.FewNanoseconds:N0} ns, of {HandOverRounds.Many:N0}: {handOvers.ManyNanoseconds:N0} ns; ratio {handOvers.Ratio:N2} (medians of interleaved rounds).");
        }

        report.Add();
        report.AddTargets(targets);
        return report;
    }

    private static void AddResults(Report report, IReadOnlyList<CycleResult> results) => report.AddTable(
        ["benchmark", .. CycleResult.ThreadCounts.SelectMany(static threads => new[] { $"{CycleResult.Describe(threads)}, ns", "B" })],
        results.GroupBy(static result => result.Name, StringComparer.Ordinal).Select(static row => (IReadOnlyList<string>)
        [
            row.Key,
            .. CycleResult.ThreadCounts.SelectMany(threads => row.FirstOrDefault(result => result.Threads == threads) is { } result
                ? new[] { $"{result.Nanoseconds:N1} ({result.Median:N1})", $"{result.Bytes:N0}" }
                : ["-", "-"]),
        ]));
}
