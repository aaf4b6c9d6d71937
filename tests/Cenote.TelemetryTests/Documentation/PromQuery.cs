using System.Text.RegularExpressions;

namespace Cenote.TelemetryTests.Documentation;

/// <summary>
/// A query in the language of Prometheus: which metrics and labels it uses. Its meaning is checked by promtool.
/// </summary>
internal sealed partial class PromQuery(string text)
{
    /// <summary>Metrics, each with the labels that it is selected by: name, operator, value.</summary>
    internal IEnumerable<(string Metric, IReadOnlyList<(string Label, string Operator, string Value)> Matchers)> Selectors =>
        from selector in SelectorPattern().Matches(GroupingPattern().Replace(text, "("))
        select (selector.Groups["metric"].Value, Matchers(selector.Groups["matchers"].Value));

    /// <summary>The labels by which it groups or joins.</summary>
    internal IEnumerable<string> Groupings =>
        GroupingPattern().Matches(text).SelectMany(static grouping => grouping.Groups["labels"].Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));

    private static IReadOnlyList<(string, string, string)> Matchers(string matchers) =>
        [.. MatcherPattern().Matches(matchers).Select(static matcher => (matcher.Groups["label"].Value, matcher.Groups["operator"].Value, matcher.Groups["value"].Value))];

    [GeneratedRegex(@"\b(by|without|on|ignoring|group_left|group_right) *\((?<labels>[^)]*)\) *(?<call>\(?)", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex GroupingPattern();

    [GeneratedRegex(@"(?<metric>\b(db_client|cenote)_\w+)(\{(?<matchers>[^}]*)\})?", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex SelectorPattern();

    [GeneratedRegex("""(?<label>\w+) *(?<operator>=~|!~|!=|=) *"(?<value>[^"]*)" *,?""", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex MatcherPattern();
}
