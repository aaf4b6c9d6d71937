using Cenote.TelemetryTests.Scraping;

namespace Cenote.TelemetryTests.Documentation;

/// <summary>
/// Whether a query asks for what a real scrape has: a metric, label or value that is misspelt gives an empty graph and
/// an alert that never fires.
/// </summary>
internal static class QueryCheck
{
    /// <summary>Prometheus itself adds these two to whatever it scrapes.</summary>
    private static readonly string[] OfPrometheus = ["job", "instance"];

    internal static void Check(string text, Scrape scrape)
    {
        var query = new PromQuery(text);
        var selectors = query.Selectors.ToList();
        Assert.True(selectors.Count > 0, $"selects nothing: {text}");
        var labels = new HashSet<string>(OfPrometheus, StringComparer.Ordinal);
        foreach (var (metric, matchers) in selectors)
        {
            var samples = scrape.Samples.Where(sample => sample.Name == metric).ToList();
            Assert.True(samples.Count > 0, $"no scrape has {metric}: {text}");
            labels.UnionWith(samples.SelectMany(static sample => sample.Labels.Keys));
            foreach (var (label, _, value) in matchers.Where(static matcher => !OfPrometheus.Contains(matcher.Label)))
            {
                var found = samples.Where(sample => sample.Labels.ContainsKey(label)).Select(sample => sample.Labels[label]).ToHashSet(StringComparer.Ordinal);
                Assert.True(found.Count > 0, $"{metric} has no label {label}: {text}");
                if (!value.Contains('$', StringComparison.Ordinal))
                {
                    Assert.All(value.Split('|'), part => Assert.True(found.Contains(part), $"{metric} never has {label}=\"{part}\", but {string.Join(", ", found)}: {text}"));
                }
            }
        }

        Assert.All(query.Groupings, label => Assert.True(labels.Contains(label), $"nothing in it has the label {label}: {text}"));
    }
}
