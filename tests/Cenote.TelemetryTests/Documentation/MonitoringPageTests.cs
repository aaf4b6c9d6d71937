using System.Text.RegularExpressions;
using Cenote.StubDriver;
using Cenote.TelemetryTests.Metrics;
using OpenTelemetry.Metrics;

namespace Cenote.TelemetryTests.Documentation;

/// <summary>docs/monitoring.md says what is told, all of it and nothing else.</summary>
public sealed partial class MonitoringPageTests
{
    private static readonly string[] OfEveryPool = ["db.client.connection.pool.name", "db.system.name"];
    private static readonly string[] OfEverySet = ["cenote.replica_set.name"];
    private static readonly string[] OfEveryServer = ["cenote.replica.name", "cenote.replica_set.name", "db.client.connection.pool.name"];

    private static readonly string[] OfEveryBudget = ["cenote.budget.name"];

    private static string Page { get; } = Repository.Read("docs/monitoring.md");

    [Fact]
    public async Task The_table_has_each_metric_with_kind_unit_and_attributes()
    {
        using var collector = new Collector();
        await using var pool = await StubPool.UsedAsync(static options => options.Lanes = [new() { Name = "interactive" }]);
        await using var budgeted = new ConnectionPool(new StubProvider(new StubDatabase()), new ConnectionPoolOptions { Name = "budgeted", Budget = new ConnectionBudget("server", 5) });
        await using var set = await StubSet.CreateAsync();

        var told = collector.Collect().Values.Select(Describe).Order(StringComparer.Ordinal).ToList();
        var written = MetricPattern().Matches(Page)
            .Select(row => $"{row.Groups["name"].Value} | {row.Groups["kind"].Value} | {row.Groups["unit"].Value} | {row.Groups["further"].Value.Trim()}".TrimEnd())
            .Order(StringComparer.Ordinal).ToList();

        Assert.NotEmpty(told);
        Assert.Equal(told, written);
    }

    [Fact]
    public void Every_event_of_the_log_is_listed()
    {
        var ids = Directory.EnumerateFiles(Repository.PathOf("src"), "*Log.cs", SearchOption.AllDirectories)
            .SelectMany(static file => MessagePattern().Matches(File.ReadAllText(file)))
            .Select(static message => int.Parse(message.Groups["id"].Value, System.Globalization.CultureInfo.InvariantCulture))
            .ToList();
        var listed = LogRowPattern().Matches(Page)
            .SelectMany(static row => row.Groups["ids"].Value.Split(", "))
            .Select(static id => int.Parse(id, System.Globalization.CultureInfo.InvariantCulture))
            .ToHashSet();

        Assert.NotEmpty(ids);
        Assert.All(ids, id => Assert.Contains(id, listed));
    }

    [Fact]
    public void Help_link_of_every_finding_leads_to_a_section()
    {
        var anchors = HeadingPattern().Matches(Page).Select(static heading => heading.Groups["text"].Value.ToLowerInvariant().Replace(' ', '-')).ToList();

        Assert.All(Enum.GetValues<FindingKind>(), kind =>
        {
            var link = new Finding(kind, DiagnosisLevel.Degraded, "", "", "").HelpLink;
            Assert.Single(anchors, anchor => link.EndsWith($"/docs/monitoring.md#{anchor}", StringComparison.Ordinal) && Uri.IsWellFormedUriString(link, UriKind.Absolute));
        });
    }

    /// <summary>As a row of the table says it.</summary>
    private static string Describe(MetricSnapshot metric)
    {
        var tags = metric.MetricPoints.Select(Collector.TagsOf).ToList();
        var always = metric.Name.StartsWith("cenote.budget.", StringComparison.Ordinal) ? OfEveryBudget
            : !metric.Name.StartsWith("cenote.replica", StringComparison.Ordinal) ? OfEveryPool
            : metric.Name.StartsWith("cenote.replica_set.", StringComparison.Ordinal) ? OfEverySet
            : OfEveryServer;
        Assert.All(tags, found => Assert.Superset(always.ToHashSet(), found.Keys.ToHashSet()));
        var further = tags.SelectMany(static found => found)
            .Where(tag => !always.Contains(tag.Key))
            .GroupBy(static tag => tag.Key, static tag => $"`{tag.Value}`")
            .Select(static values => $"`{values.Key}` = {string.Join(", ", values.Distinct())}")
            .SingleOrDefault("");
        return $"{metric.Name} | {KindOf(metric.MetricType)} | {metric.Unit} | {further}".TrimEnd();
    }

    private static string KindOf(MetricType type) => type switch
    {
        MetricType.LongSumNonMonotonic => "up-down counter",
        MetricType.LongSum => "counter",
        MetricType.Histogram => "histogram",
        MetricType.DoubleGauge => "gauge",
        _ => type.ToString(),
    };

    [GeneratedRegex(@"^\| `(?<name>(db|cenote)\.[a-z._]+)` \| (?<kind>[^|]+) \| `(?<unit>[^|]+)` \|(?<further>[^|]*)\| [^|]+ \|$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex MetricPattern();

    [GeneratedRegex(@"^\| (?<ids>\d+(, \d+)*) \| [^|]+ \| [^|]+ \|$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex LogRowPattern();

    [GeneratedRegex("^## (?<text>.+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex HeadingPattern();

    [GeneratedRegex(@"\[LoggerMessage\((?<id>\d+),", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex MessagePattern();
}
