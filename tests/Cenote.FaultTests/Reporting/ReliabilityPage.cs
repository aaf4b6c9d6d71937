using System.Globalization;
using System.Text;
using Cenote.FaultTests.Scenarios;
using Cenote.Reporting;
using Microsoft.Data.Sqlite;
using MySqlConnector;
using Npgsql;

namespace Cenote.FaultTests.Reporting;

/// <summary>Puts measured tables into a page, between its markers.</summary>
internal sealed class ReliabilityPage(string path)
{
    private const string Begin = "<!-- measured: begin -->";
    private const string End = "<!-- measured: end -->";

    /// <exception cref="InvalidOperationException">The page has no markers.</exception>
    internal void Write(IEnumerable<string> servers, IReadOnlyList<ScenarioResult> results, IReadOnlyList<ScenarioResult> compared)
    {
        var page = File.ReadAllText(path);
        var begin = page.IndexOf(Begin, StringComparison.Ordinal);
        var end = page.IndexOf(End, StringComparison.Ordinal);
        if (begin < 0 || end < begin)
        {
            throw new InvalidOperationException($"{path} needs the lines {Begin} and {End}: what is measured goes between them.");
        }

        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"Measured on {Machine.Today()} by `./test --reliability`.\n\n");
        foreach (var line in Machine.Describe())
        {
            text.Append(line).Append('\n');
        }

        text.Append(CultureInfo.InvariantCulture, $"- Servers: {string.Join(", ", servers)}\n");
        text.Append(CultureInfo.InvariantCulture, $"- Drivers: Npgsql {Machine.VersionOf(typeof(NpgsqlConnection))}, MySqlConnector {Machine.VersionOf(typeof(MySqlConnection))}, Microsoft.Data.Sqlite {Machine.VersionOf(typeof(SqliteConnection))}\n\n");
        text.Append(CultureInfo.InvariantCulture, $"Deadline {Promise.Deadline.TotalMilliseconds:F0} ms, {Promise.MaxSize} connections, 10 clients:\n\n");
        var allHeld = results.All(static result => result is { HasCounts: true, Lost: 0, Doubled: 0, Problems.Count: 0 });
        AppendTable(text, results, withPool: false, withCounts: !allHeld);
        text.Append(allHeld ? "\nIn each row nothing was lost or doubled, and the promises held.\n" : "");
        text.Append(
            "\nThe same kill and restart with a deadline of 1 s (the drivers count in whole seconds), on Cenote and on the drivers' own\n"
            + "pools with the same sizes:\n\n");
        AppendTable(text, compared, withPool: true, withCounts: true);
        File.WriteAllText(path, $"{page[..(begin + Begin.Length)]}\n{text}{page[end..]}");
    }

    private static void AppendTable(StringBuilder text, IEnumerable<ScenarioResult> results, bool withPool, bool withCounts)
    {
        text.Append(withPool ? "| pool " : "").Append("| database | what happened | longest wait beyond the deadline | errors by kind | recovery |").Append(withCounts ? " lost | doubled | promise |\n" : "\n");
        text.Append(withPool ? "|---" : "").Append("|---|---|---|---|---|").Append(withCounts ? "---|---|---|\n" : "\n");
        foreach (var result in results)
        {
            var clients = result.Clients;
            var errors = clients.Errors.Where(static error => !string.Equals(error.Key, Clients.Operation.Cancelled, StringComparison.Ordinal))
                .Select(static error => $"{error.Key} {error.Value}").DefaultIfEmpty("none");
            var beyond = clients.LongestBeyond > TimeSpan.Zero ? Milliseconds(clients.LongestBeyond) : "none";
            text.Append(withPool ? $"| {result.Pool} " : "").Append(
                CultureInfo.InvariantCulture,
                $"| {result.Database} | {result.Scenario} | {beyond} | {string.Join(", ", errors)} | {Milliseconds(clients.Recovery)} |");
            if (withCounts)
            {
                text.Append(CultureInfo.InvariantCulture, $" {(result.HasCounts ? result.Lost : "not known")} | {result.Doubled} | {(result.Problems.Count == 0 ? "held" : "**broken**")} |");
            }

            text.Append('\n');
        }
    }

    private static string Milliseconds(TimeSpan? time) => time is { } known ? FormattableString.Invariant($"{known.TotalMilliseconds:F0} ms") : "never";
}
