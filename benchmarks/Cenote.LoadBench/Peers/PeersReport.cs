using Cenote.LoadBench.Load;
using Cenote.LoadBench.Pools;
using Cenote.Reporting;
using Microsoft.Data.Sqlite;
using MySqlConnector;
using Npgsql;

namespace Cenote.LoadBench.Peers;

/// <summary>The results in Markdown.</summary>
internal sealed class PeersReport
{
    internal static readonly int[] Loads = [2, 4];

    private static readonly (string Title, string Format, string Measure)[] s_lease =
    [
        ("lease, ns", "N0", Measure.LeaseNanoseconds),
        ("B", "N0", Measure.LeaseBytes),
        ("hand-overs/s", "N0", Measure.HandOversPerSecond),
        ("B", "N0", Measure.HandOverBytes),
    ];

    private static readonly (string Title, string Format, string Measure)[] s_cold =
    [
        ("opens in the spike", "N0", Measure.SpikeOpens),
        ("last caller, ms", "N0", Measure.SpikeLast),
        ("cold ramp, ms", "N0", Measure.RampLast),
    ];

    private static readonly (string Title, string Format, string Measure)[] s_server =
    [
        ("recovery, ms", "N0", Measure.Recovery),
        ("reset commands a lease", "0.0", Measure.Resets),
    ];

    private readonly Report _report = new();
    private readonly PeerResults _results;
    private readonly List<string> _footnotes;

    private PeersReport(PeerResults results)
    {
        _results = results;
        _footnotes = [.. results.All.Select(static result => result.Footnote).OfType<string>().Distinct(StringComparer.Ordinal)];
    }

    internal static Report Create(BenchArguments arguments, PeerResults results, List<string> missing)
    {
        var report = new PeersReport(results);
        report.AddHead(arguments);
        report.AddTables();
        report.AddEnd(missing);
        return report._report;
    }

    private void AddHead(BenchArguments arguments)
    {
        _report.Add($"# peers, {Machine.Today()}");
        _report.Add();
        _report.Add($"- Command: `{arguments.Command}`");
        Machine.Describe().ToList().ForEach(_report.Add);
        _report.Add($"- Npgsql {Machine.VersionOf(typeof(NpgsqlConnection))}, MySqlConnector {Machine.VersionOf(typeof(MySqlConnection))}, Microsoft.Data.Sqlite {Machine.VersionOf(typeof(SqliteConnection))}, HikariCP 2.7.9, tarn 3.1.2, generic-pool 3.9.0, pg 8.23.1");
        _report.Add("- Medians of rounds in which all pools of .NET take turns. \"On\" is what connections are made by; the stub does nothing, so that the pool's own work alone is measured.");
        _report.Add();
    }

    private void AddTables()
    {
        Add("Lease and hand-over", "One caller rents and returns, without a command; 64 tasks hand over 8 connections.", s_lease);
        Add("64 callers that await, 8 connections, each held for 1 ms", "Waits in milliseconds. A timer of 1 ms takes up to 4 ms in .NET on this kernel, and little more than 1 ms in Node.js: compare waits with the mean.", WaitColumns(Measure.Awaiting));
        Add("64 threads that block, 8 connections, each held for 1 ms", "Waits in milliseconds.", WaitColumns(Measure.Blocking));
        Add(
            "Overload",
            $"Callers come at 2 and 4 times the rate that {OpenLoop.Connections} connections serve, with a deadline of {OpenLoop.Deadline.TotalMilliseconds:N0} ms: served more than {OpenLoop.Waking.TotalMilliseconds:N0} ms after it, and goodput as a share of the ideal.",
            [.. Loads.SelectMany(static load => new[] { ($"late, {load} times", "N0", Measure.Late(load)), ($"goodput, {load} times", "P1", Measure.Goodput(load)) })]);
        Add(
            "Spike and cold ramp",
            $"Spike: {Spike.Callers} callers come at once on {Spike.Initial} open connections, an open takes {Spike.OpenTime.TotalMilliseconds:N0} ms, a use {Spike.Work.TotalMilliseconds:N0} ms; the last caller is done after. Ramp: {Ramp.Callers} callers come at once to an empty pool and hold what they get, an open takes {Ramp.OpenTime.TotalMilliseconds:N0} ms; the last caller has a connection after. On a real server the time of a login comes on top, which is processor time of this machine.",
            s_cold);
        Add(
            "Servers",
            "Recovery: `kill -9` and restart, as `./bench recover` measures it, beside its bound. Reset commands: counted at the server, besides one query a lease.",
            s_server,
            static result => result.Setting is Settings.PostgreSql or Settings.MariaDb);
    }

    private static (string Title, string Format, string Measure)[] WaitColumns(string prefix) =>
    [
        ("rents/s", "N0", $"{prefix}.rate"),
        ("mean", "N2", $"{prefix}.mean"),
        ("p50", "N2", $"{prefix}.p50"),
        ("p99", "N2", $"{prefix}.p99"),
        ("p99.9", "N2", $"{prefix}.p999"),
        ("longest", "N2", $"{prefix}.max"),
        ("Jain's index", "0.000", $"{prefix}.jain"),
    ];

    private void Add(string title, string text, (string Title, string Format, string Measure)[] columns, Predicate<PeerResult>? isShown = null)
    {
        _report.Add($"## {title}");
        _report.Add();
        _report.Add(text);
        _report.Add();
        _report.AddTable(
            ["pool", " on", .. columns.Select(static column => column.Title)],
            _results.All.Where(result => isShown is null ? result.Setting != Settings.Sqlite || columns.Any(column => result[column.Measure] is not null) : isShown(result)).Select(result => (IReadOnlyList<string>)
            [
                result.Name + (result.Footnote is { } footnote ? $" [{_footnotes.IndexOf(footnote) + 1}]" : string.Empty),
                result.Setting,
                .. columns.Select(column => result[column.Measure] is { } value ? value.ToString(column.Format, System.Globalization.CultureInfo.InvariantCulture) : "-"),
            ]));
        _report.Add();
    }

    private void AddEnd(List<string> missing)
    {
        for (var i = 0; i < _footnotes.Count; i++)
        {
            _report.Add($"- [{i + 1}] {_footnotes[i]}.");
        }

        foreach (var reason in missing)
        {
            _report.Add($"- Not measured: {reason}.");
        }
    }
}
