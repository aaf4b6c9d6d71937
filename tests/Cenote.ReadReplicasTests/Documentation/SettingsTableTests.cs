using System.Globalization;
using System.Text.RegularExpressions;

namespace Cenote.ReadReplicasTests.Documentation;

/// <summary>What the page says of a set's settings is what they are.</summary>
public sealed partial class SettingsTableTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(Repository.Root, "docs/replicas.md"));

    [Fact]
    public void Every_setting_is_in_the_table_and_none_that_is_not_there()
    {
        var real = typeof(ReplicaSetOptions).GetProperties().Select(property => property.Name).Order(StringComparer.Ordinal);

        Assert.Equal(real, Rows().Select(row => row.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_numbers_given_as_defaults_are_the_defaults()
    {
        var options = new ReplicaSetOptions();
        var numbers = Rows().Where(row => NumberPattern().IsMatch(row.Default)).ToList();

        Assert.True(numbers.Count >= 9, $"only {numbers.Count} rows were understood");
        Assert.All(numbers, row => Assert.Equal(row.Default, Describe(typeof(ReplicaSetOptions).GetProperty(row.Name)!.GetValue(options)!)));
    }

    [Fact]
    public void Every_message_that_a_set_logs_is_in_the_table_of_events()
    {
        var source = File.ReadAllText(Path.Combine(Repository.Root, "src/Cenote.ReadReplicas/Events/ReplicaSetLog.cs"));
        var logged = EventPattern().Matches(source).Select(match => match.Groups["id"].Value).ToList();
        var documented = EventRowPattern().Matches(Page).SelectMany(row => row.Groups["ids"].Value.Split(", ")).ToList();

        Assert.NotEmpty(logged);
        Assert.Equal(logged.Order(StringComparer.Ordinal), documented.Order(StringComparer.Ordinal));
    }

    private static IEnumerable<(string Name, string Default)> Rows()
    {
        var section = Page[Page.IndexOf("## Settings", StringComparison.Ordinal)..Page.IndexOf("## What to look at", StringComparison.Ordinal)];
        return RowPattern().Matches(section).Select(match => (match.Groups["name"].Value, match.Groups["default"].Value.Trim()));
    }

    private static string Describe(object value) => value switch
    {
        TimeSpan time when time < TimeSpan.FromSeconds(1) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds} ms"),
        TimeSpan time => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds} s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{value}"),
    };

    [GeneratedRegex(@"^\| `(?<name>\w+)` \| (?<default>[^|]*) \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex RowPattern();

    [GeneratedRegex(@"^\d+( m?s)?$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NumberPattern();

    [GeneratedRegex(@"\[LoggerMessage\((?<id>\d+),", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex EventPattern();

    [GeneratedRegex(@"^\| (?<ids>\d{3}(, \d{3})*) \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex EventRowPattern();
}
