using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Cenote.Tests.Documentation;

/// <summary>What the docs say of the settings is what the settings are.</summary>
public sealed partial class SettingsPageTests
{
    private static readonly string Root = FindRoot();

    [Fact]
    public void Every_setting_is_on_the_page_and_none_that_is_not_there()
    {
        var documented = Rows(File.ReadAllText(Path.Combine(Root, "docs/settings.md"))).Select(row => row.Name).Order(StringComparer.Ordinal);
        var real = typeof(ConnectionPoolOptions).GetProperties().Select(property => property.Name).Order(StringComparer.Ordinal);

        Assert.Equal(real, documented);
    }

    [Theory]
    [InlineData("docs/settings.md", 5)]
    [InlineData("README.md", 3)]
    public void The_numbers_given_as_defaults_are_the_defaults(string page, int atLeast)
    {
        var options = new ConnectionPoolOptions();
        var checkedRows = 0;
        foreach (var (name, text) in Rows(File.ReadAllText(Path.Combine(Root, page))))
        {
            if (typeof(ConnectionPoolOptions).GetProperty(name) is { } property && Parse(text, property.PropertyType) is { } value)
            {
                Assert.Equal(property.GetValue(options), value);
                checkedRows++;
            }
        }

        Assert.True(checkedRows >= atLeast, $"only {checkedRows} rows of {page} were understood");
    }

    [Fact]
    public void The_code_in_the_readme_is_the_sample_that_is_built()
    {
        var sample = File.ReadAllText(Path.Combine(Root, "samples/QuickStart/Program.cs")).Trim();

        Assert.Contains(sample, File.ReadAllText(Path.Combine(Root, "README.md")), StringComparison.Ordinal);
    }

    private static IEnumerable<(string Name, string Default)> Rows(string page) =>
        RowPattern().Matches(page).Select(match => (match.Groups["name"].Value, match.Groups["default"].Value.Trim()))
            .Where(row => char.IsUpper(row.Item1[0]));

    private static object? Parse(string text, Type type) =>
        type == typeof(int) && int.TryParse(text, out var number) ? number
        : type == typeof(TimeSpan) && DurationPattern().Match(text) is { Success: true } match
            ? match.Groups["unit"].Value == "min" ? TimeSpan.FromMinutes(int.Parse(match.Groups["count"].Value)) : TimeSpan.FromSeconds(int.Parse(match.Groups["count"].Value))
        : null;

    private static string FindRoot([CallerFilePath] string file = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "../../.."));

    // A row of one setting: | `Name` | default | …; only the page's first table has that shape, later ones name calls.
    [GeneratedRegex(@"^\| `(?<name>\w+)` \| (?<default>[^|]*) \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex RowPattern();

    [GeneratedRegex(@"^(?<count>\d+) (?<unit>s|min)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex DurationPattern();
}
