using System.Text.RegularExpressions;
using Cenote.Shared;

namespace Cenote.Tests.Documentation;

/// <summary>Every link to help leads to a section that exists, at the version that the code has.</summary>
public sealed partial class HelpLinkTests
{
    [Fact]
    public void Every_link_of_the_sources_leads_to_a_section_that_exists()
    {
        var links = Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(static file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .SelectMany(static file => LinkPattern().Matches(File.ReadAllText(file)))
            .Select(static match => (Page: match.Groups["page"].Value, Section: match.Groups["section"].Value))
            .Distinct()
            .ToList();

        Assert.True(links.Count > 15, $"{links.Count} links");
        Assert.All(links, link =>
        {
            var page = Path.Combine(Repository.Root, "docs", link.Page);
            Assert.True(File.Exists(page), link.Page);
            Assert.True(link.Section.Length == 0 || AnchorsOf(page).Contains(link.Section), $"{link.Page}#{link.Section}");
        });
    }

    [Fact]
    public void No_source_has_a_link_of_its_own_making() =>
        Assert.DoesNotContain(
            Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories),
            file => File.ReadAllText(file).Contains("HelpLink = \"", StringComparison.Ordinal));

    [Fact]
    public void Links_are_absolute_and_of_this_version()
    {
        var version = typeof(ConnectionPool).Assembly.GetName().Version!.ToString(3);
        string[] links = [new PoolClosedException("orders").HelpLink!, new Finding(FindingKind.CircuitOpen, DiagnosisLevel.Degraded, "", "", "").HelpLink, Help.Link("settings.md")];

        Assert.All(links, link =>
        {
            Assert.True(Uri.TryCreate(link, UriKind.Absolute, out var address) && address.Scheme == Uri.UriSchemeHttps, link);
            Assert.Contains($"/v{version}", link, StringComparison.Ordinal);
            Assert.Contains("/docs/", link, StringComparison.Ordinal);
        });
    }

    private static HashSet<string> AnchorsOf(string page) => HeadingPattern().Matches(File.ReadAllText(page))
        .Select(static heading => NotInAnchors().Replace(heading.Groups["text"].Value.Trim().ToLowerInvariant(), "").Replace(' ', '-'))
        .ToHashSet(StringComparer.Ordinal);

    [GeneratedRegex("Help\\.Link\\(\"(?<page>[^\"]+)\"(, \"(?<section>[^\"]+)\")?", RegexOptions.ExplicitCapture, 60_000)]
    private static partial Regex LinkPattern();

    [GeneratedRegex("^#+ (?<text>.+)$", RegexOptions.ExplicitCapture | RegexOptions.Multiline, 60_000)]
    private static partial Regex HeadingPattern();

    [GeneratedRegex("[^a-z0-9 -]", RegexOptions.None, 60_000)]
    private static partial Regex NotInAnchors();
}
