using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;

namespace Cenote.SharedBudgetTests;

/// <summary>docs/shared-budget.md lists the metrics and the settings, all of them and nothing else.</summary>
public sealed partial class PageTests
{
    private static readonly string Page = Repository.Read("docs/shared-budget.md");

    [Fact]
    public void The_page_lists_each_metric()
    {
        var instruments = new List<string>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (instrument.Meter.Name == "Cenote.SharedBudget")
                {
                    instruments.Add($"{instrument.Name} | {(instrument is ObservableCounter<long> ? "counter" : "up-down counter")} | {instrument.Unit}");
                }
            },
        };
        System.Runtime.CompilerServices.RuntimeHelpers.RunClassConstructor(typeof(Cenote.SharedBudget.Telemetry.SharedBudgetMetrics).TypeHandle);
        listener.Start();

        var listed = MetricPattern().Matches(Page).Select(static row => $"{row.Groups["name"].Value} | {row.Groups["kind"].Value} | {row.Groups["unit"].Value}");

        Assert.NotEmpty(instruments);
        Assert.Equal(instruments.Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_page_lists_each_setting()
    {
        var table = Page[Page.IndexOf("## Settings", StringComparison.Ordinal)..Page.IndexOf("## Watch it", StringComparison.Ordinal)];
        var listed = NamePattern().Matches(table).Select(static name => name.Groups["name"].Value).ToList();

        Assert.All(typeof(SharedBudgetOptions).GetProperties(), setting => Assert.Contains(setting.Name, listed, StringComparer.Ordinal));
    }

    [GeneratedRegex(@"^\| `(?<name>cenote\.shared_budget\.[a-z_]+)` \| (?<kind>[^|]+) \| `(?<unit>[^|]+)` \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex MetricPattern();

    [GeneratedRegex("`(?<name>[A-Z][A-Za-z]+)`", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex NamePattern();
}
