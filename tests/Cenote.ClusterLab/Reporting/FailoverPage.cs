using System.Globalization;
using System.Text;
using Cenote.ClusterLab.Failovers;
using Cenote.Reporting;
using MySqlConnector;
using Npgsql;

namespace Cenote.ClusterLab.Reporting;

/// <summary>Puts what was measured into a page, between its markers.</summary>
internal sealed class FailoverPage
{
    private const string Begin = "<!-- cluster results -->";
    private const string End = "<!-- end of cluster results -->";

    private readonly string _path;
    private readonly string _before;
    private readonly string _after;

    /// <exception cref="InvalidOperationException">The page has no markers.</exception>
    internal FailoverPage(string path)
    {
        _path = path;
        var page = File.Exists(path) ? File.ReadAllText(path) : "";
        var begin = page.IndexOf(Begin, StringComparison.Ordinal);
        var end = page.IndexOf(End, StringComparison.Ordinal);
        if (begin < 0 || end < begin)
        {
            throw new InvalidOperationException($"{path} needs the lines {Begin} and {End}: what is measured goes between them.");
        }

        _before = page[..(begin + Begin.Length)];
        _after = page[end..];
    }

    internal void Write(IReadOnlyList<FailoverResult> results)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"Measured on {Machine.Today()} by `./test --cluster`.\n\n");
        foreach (var line in Machine.Describe())
        {
            text.Append(line).Append('\n');
        }

        foreach (var cluster in results.DistinctBy(static result => result.Versions, StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"- Servers: {cluster.Versions}\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"- Drivers: Npgsql {Machine.VersionOf(typeof(NpgsqlConnection))}, MySqlConnector {Machine.VersionOf(typeof(MySqlConnection))}\n\n");
        AppendTable(text, results);
        File.WriteAllText(_path, $"{_before}\n{text}{_after}");
    }

    private static void AppendTable(StringBuilder text, IReadOnlyList<FailoverResult> results)
    {
        Row("", static result => result.Cluster);
        text.Append('|').Insert(text.Length, "---|", results.Count + 1).Append('\n');
        Row("clients' connections from", static result => result.Sources);
        Row("rows acknowledged", static result => Number(result.Clients.Writes.Count));
        Row("**acknowledged rows lost**", static result => $"**{Number(result.Lost.Count)}**");
        Row("rows in doubt (the statement failed), of these written", static result => $"{Number(result.Clients.InDoubt.Count)}, {Number(result.WrittenAllTheSame)}");
        Row("after the kill: another server takes writes, seen without a pool", static result => FailoverResult.Seconds(result.ClusterRecovery));
        Row("after the kill: first row written to it by a client", static result => FailoverResult.Seconds(result.FirstWrite));
        Row("after the kill: every client has written to it", static result => FailoverResult.Seconds(result.LastWriter));
        Row("writes that failed", static result => FailoverResult.Counts(result.Clients.FailedWrites));
        Row("longest that a writer waited for its answer, good or bad", static result => FailoverResult.Seconds(result.Clients.LongestWait));
        Row("reads answered while no server took writes", static result => Number(result.ReadsInGap));
        Row("reads that failed", static result => FailoverResult.Counts(result.Clients.FailedReads));
        Row("longest that a reader waited", static result => FailoverResult.Seconds(result.Clients.LongestRead));
        Row("reads after the failover that saw a lost row", static result => Number(result.GhostReads));
        Row("after its restart: the killed server answers reads", static result => FailoverResult.Seconds(result.Return));
        Row("promises", static result => result.IsCompared ? "not evaluated" : result.Problems.Count == 0 ? "held" : "**broken**");

        void Row(string name, Func<FailoverResult, string> value) =>
            text.Append(CultureInfo.InvariantCulture, $"| {name} | {string.Join(" | ", results.Select(value))} |\n");
    }

    private static string Number(int number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
