using System.Globalization;
using System.Text.RegularExpressions;
using YamlDotNet.Serialization;

namespace Cenote.TelemetryTests.Documentation;

/// <summary>The alert rules use existing metrics and fire when they should.</summary>
public sealed partial class AlertRuleTests(ToldFixture told) : IClassFixture<ToldFixture>
{
    private const string File = "docs/prometheus/cenote-alerts.yml";
    private const string MonitoringPage = "https://cenote.example/cenote/blob/main/docs/monitoring.md#";

    [Fact]
    public void Every_rule_uses_metrics_and_labels_of_a_real_scrape()
    {
        foreach (var rule in Rules())
        {
            QueryCheck.Check(rule["expr"], told.Scrape);
        }
    }

    [Fact]
    public void Every_rule_has_a_summary_with_its_subject_and_an_absolute_runbook()
    {
        var headings = HeadingPattern().Matches(Repository.Read("docs/monitoring.md"))
            .Select(static heading => heading.Groups["text"].Value.ToLowerInvariant().Replace(' ', '-'))
            .ToHashSet(StringComparer.Ordinal);
        foreach (var rule in Rules())
        {
            var name = rule["alert"];
            Assert.Matches("^Cenote[A-Z][A-Za-z]+$", name);
            Assert.Contains(rule["severity"], (string[])["critical", "warning", "info"]);
            Assert.Matches("""\{\{ \$labels\.(db_client_connection_pool_name|cenote_replica_set_name) \}\}""", rule["summary"]);
            var labels = told.Scrape.Samples.SelectMany(static sample => sample.Labels.Keys).ToHashSet(StringComparer.Ordinal);
            Assert.All(LabelPattern().Matches(rule["summary"]), use => Assert.Contains(use.Groups["label"].Value, labels));
            if (rule.TryGetValue("runbook", out var runbook))
            {
                Assert.StartsWith(MonitoringPage, runbook, StringComparison.Ordinal);
                Assert.Contains(runbook[MonitoringPage.Length..], headings);
            }
        }
    }

    [Fact]
    public async Task Prometheus_accepts_the_rules() =>
        Assert.Contains($"{Rules().Count} rules found", await Promtool.RunAsync("check", "rules", Repository.PathOf(File)), StringComparison.Ordinal);

    [Fact]
    public async Task The_rules_fire_when_they_should_and_not_before()
    {
        Assert.Contains("SUCCESS", await Promtool.RunAsync("test", "rules", Repository.PathOf("docs/prometheus/cenote-alerts.test.yml")), StringComparison.Ordinal);
        var tested = Repository.Read("docs/prometheus/cenote-alerts.test.yml");
        Assert.All(Rules(), rule => Assert.Contains($"alertname=\"{rule["alert"]}\"", tested, StringComparison.Ordinal));
    }

    /// <summary>Each rule as names and values, those of its labels and annotations among them.</summary>
    private static List<Dictionary<string, string>> Rules()
    {
        var file = new DeserializerBuilder().Build().Deserialize<Dictionary<string, List<Dictionary<string, object>>>>(Repository.Read(File));
        var rules = file["groups"].SelectMany(static group => (List<object>)group["rules"]).Select(Flatten).ToList();
        Assert.NotEmpty(rules);
        return rules;
    }

    private static Dictionary<string, string> Flatten(object rule)
    {
        var flat = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in (Dictionary<object, object>)rule)
        {
            if (value is Dictionary<object, object> inner)
            {
                foreach (var (name, text) in Flatten(inner))
                {
                    flat.Add(name, text);
                }
            }
            else
            {
                flat.Add((string)key, Convert.ToString(value, CultureInfo.InvariantCulture)!);
            }
        }

        return flat;
    }

    [GeneratedRegex("^## (?<text>.+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex HeadingPattern();

    [GeneratedRegex(@"\$labels\.(?<label>\w+)", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex LabelPattern();
}
