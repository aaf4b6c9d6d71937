using System.Globalization;
using System.Text.RegularExpressions;

namespace Cenote.TelemetryTests.Scraping;

/// <summary>What Prometheus gets, read as Prometheus reads it.</summary>
internal sealed partial class Scrape
{
    private readonly Dictionary<string, string> _types = [];
    private readonly List<Sample> _samples = [];

    internal Scrape(string text)
    {
        Text = text;
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
            {
                var parts = line.Split(' ');
                _types.Add(parts[2], parts[3]);
            }
            else if (line[0] != '#')
            {
                _samples.Add(Read(line));
            }
        }
    }

    internal string Text { get; }

    internal IReadOnlyDictionary<string, string> Types => _types;

    internal IReadOnlyList<Sample> Samples => _samples;

    /// <summary>The one value of a series; <see langword="null"/> when the scrape has none.</summary>
    internal double? Find(string name, params (string Name, string Value)[] labels) =>
        _samples.SingleOrDefault(sample => sample.Name == name && sample.Has(labels))?.Value;

    private static Sample Read(string line)
    {
        var match = LinePattern().Match(line);
        Assert.True(match.Success, $"Prometheus cannot read: {line}");
        var labels = LabelPattern().Matches(match.Groups["labels"].Value)
            .ToDictionary(label => label.Groups["name"].Value, label => label.Groups["value"].Value.Replace("\\\"", "\"", StringComparison.Ordinal).Replace("\\\\", "\\", StringComparison.Ordinal), StringComparer.Ordinal);
        var value = match.Groups["value"].Value;
        return new Sample(match.Groups["name"].Value, labels, value == "+Inf" ? double.PositiveInfinity : double.Parse(value, CultureInfo.InvariantCulture));
    }

    [GeneratedRegex("""^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?<labels>.*)\})? (?<value>\S+)( \S+)?$""", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex LinePattern();

    [GeneratedRegex("""(?<name>[a-zA-Z_][a-zA-Z0-9_]*)="(?<value>([^"\\]|\\.)*)",?""", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex LabelPattern();
}
