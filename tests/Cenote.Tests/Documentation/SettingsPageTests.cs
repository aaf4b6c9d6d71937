using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Cenote.Shared;

namespace Cenote.Tests.Documentation;

/// <summary>What the docs say of the settings is what the settings are.</summary>
public sealed partial class SettingsPageTests
{
    private static readonly string Root = FindRoot();

    /// <summary>
    /// With CENOTE_WRITE_DOCS=1 the rows of the page are written instead: names stay where they are, defaults and
    /// ranges follow the code.
    /// </summary>
    [Fact]
    public void Rows_of_the_page_are_those_of_the_one_table_of_settings()
    {
        var page = Path.Combine(Root, "docs/settings.md");
        var text = File.ReadAllText(page);
        var rows = SettingTable.Rows.ToDictionary(row => row.Name, StringComparer.Ordinal);
        var written = SettingRowPattern().Replace(text, match => rows.TryGetValue(match.Groups["name"].Value, out var row)
            ? $"| `{row.Name}` |{Cell(row.DefaultText ?? row.Print(new ConnectionPoolOptions()))}|{Cell(row.Range)}|{match.Groups["meaning"].Value}"
            : match.Value);
        if (Environment.GetEnvironmentVariable("CENOTE_WRITE_DOCS") == "1")
        {
            File.WriteAllText(page, written);
            text = written;
        }

        Assert.Equal(rows.Keys.Order(StringComparer.Ordinal), SettingRowPattern().Matches(text).Select(match => match.Groups["name"].Value).Where(rows.ContainsKey).Order(StringComparer.Ordinal));
        Assert.Equal(written, text);
    }

    // What begins with a capital is a name of the code.
    private static string Cell(string text) => text.Length == 0 ? " " : $" {CodePattern().Replace(text, "`$0`")} ";

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

    private static string FindRoot([CallerFilePath] string callerFilePath = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(callerFilePath)!, "../../.."));

    // A row of one setting: | `Name` | default | …; only the page's first table has that shape, later ones name calls.
    [GeneratedRegex(@"^\| `(?<name>\w+)` \| (?<default>[^|]*) \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 60_000)]
    private static partial Regex RowPattern();

    [GeneratedRegex(@"^\| `(?<name>[A-Z][\w.]+)` \|[^|\n]*\|[^|\n]*\|(?<meaning>[^|\n]*\|)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 60_000)]
    private static partial Regex SettingRowPattern();

    [GeneratedRegex(@"\b[A-Z]\w+", RegexOptions.None, 60_000)]
    private static partial Regex CodePattern();

    [GeneratedRegex(@"^(?<count>\d+) (?<unit>s|min)$", RegexOptions.ExplicitCapture, 60_000)]
    private static partial Regex DurationPattern();
}
