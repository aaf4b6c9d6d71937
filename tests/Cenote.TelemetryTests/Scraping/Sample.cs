namespace Cenote.TelemetryTests.Scraping;

/// <summary>One line of a scrape.</summary>
internal sealed record Sample(string Name, IReadOnlyDictionary<string, string> Labels, double Value)
{
    internal bool Has(IEnumerable<(string Name, string Value)> labels) =>
        labels.All(label => Labels.TryGetValue(label.Name, out var value) && value == label.Value);
}
