using System.Text.RegularExpressions;

namespace Cenote.ConventionTests.Language;

/// <summary>The style of what people read: pages, messages, comments and the names of tests.</summary>
public sealed partial class LanguageTests
{
    private const int LongestTestName = 80;
    private const int WidestProse = 120;

    private static IEnumerable<string> Sources => new[] { "src", "samples", "benchmarks", "tests" }
        .SelectMany(static folder => SourceFiles.Files(folder, "*.cs"))
        .Where(static file => !file.EndsWith("/BannedWords.cs", StringComparison.Ordinal) && !file.EndsWith("/LanguageTests.cs", StringComparison.Ordinal));

    private static IEnumerable<string> Pages => SourceFiles.Files(".", "*.md").Where(static file => !file.StartsWith("benchmarks/results/", StringComparison.Ordinal));

    private static IEnumerable<string> WebPages => new[] { "*.js", "*.html" }
        .SelectMany(static pattern => SourceFiles.Files("src", pattern)).Where(static file => !file.Contains("uPlot", StringComparison.Ordinal));

    [Fact]
    public void Texts_use_the_words_of_the_field()
    {
        var found = Sources.Concat(Pages).Concat(WebPages).SelectMany(static file => SourceFiles.Read(file).Split('\n')
            .Select((line, index) => (Place: $"{file}:{index + 1}", Words: BannedWords.Find(line).ToArray()))
            .Where(static line => line.Words.Length > 0)
            .Select(static line => $"{line.Place}: {string.Join(", ", line.Words)}")).ToArray();

        Assert.True(found.Length == 0, $"{found.Length} lines with words that the texts do without:{Lines(found)}");
    }

    [Fact]
    public void Names_of_tests_are_short()
    {
        var found = Sources.Where(static file => file.StartsWith("tests/", StringComparison.Ordinal))
            .SelectMany(static file => TestNames().Matches(SourceFiles.Read(file)).Select(match => (File: file, Name: match.Groups["name"].Value)))
            .Where(static test => test.Name.Length > LongestTestName)
            .Select(static test => $"{test.File}: {test.Name} ({test.Name.Length})")
            .ToArray();

        Assert.True(found.Length == 0, $"{found.Length} names of tests are longer than {LongestTestName} characters:{Lines(found)}");
    }

    [Fact]
    public void Prose_fits_the_width_of_a_page()
    {
        var comments = Sources.SelectMany(static file => WideLines(file, static line => line.StartsWith("//", StringComparison.Ordinal) && !line.StartsWith("/// <inheritdoc cref=", StringComparison.Ordinal)));
        var pages = Pages.SelectMany(static file => WideLines(file, IsProse));
        var found = comments.Concat(pages).ToArray();

        Assert.True(found.Length == 0, $"{found.Length} lines of prose are wider than {WidestProse} columns:{Lines(found)}");
    }

    [Theory]
    [InlineData("Nobody waits while a connection is idle.", "Nobody")]
    [InlineData("public void A_lease_is_lent_once()", "lent")]
    [InlineData("The first replica is down, and there is none beside it.", "there is none")]
    [InlineData("The server is no longer there.", null)]
    [InlineData("A silent end; calendars.", null)]
    public void Words_are_found(string line, string? word) => Assert.Equal(word, BannedWords.Find(line).SingleOrDefault());

    /// <summary>Neither a row of a table, nor code, nor a line that a long address or picture makes wide.</summary>
    private static bool IsProse(string line) =>
        !line.StartsWith('|') && !line.StartsWith("    ", StringComparison.Ordinal) && !line.Contains("](http", StringComparison.Ordinal) && !line.Contains("]: http", StringComparison.Ordinal)
        && line.TrimStart() is not ['!' or '<', ..];

    private static IEnumerable<string> WideLines(string file, Func<string, bool> isProse)
    {
        var isCode = false;
        var number = 0;
        foreach (var line in SourceFiles.Read(file).Split('\n'))
        {
            number++;
            isCode ^= line.TrimStart().StartsWith("```", StringComparison.Ordinal);
            if (line.Length > WidestProse && !isCode && isProse(file.EndsWith(".cs", StringComparison.Ordinal) ? line.TrimStart() : line))
            {
                yield return $"{file}:{number} ({line.Length})";
            }
        }
    }

    private static string Lines(string[] found) => string.Concat(found.Take(60).Select(static line => $"\n  {line}"));

    [GeneratedRegex("\\[(Fact|Theory|StormFact|[A-Za-z]*Fact)[^\\n]*\\]\\s*(\\[[^\\n]*\\]\\s*)*(///[^\\n]*\\s*)*public [A-Za-z<>\\[\\] ]*?(?<name>\\w+)\\(", RegexOptions.ExplicitCapture, 2000)]
    private static partial Regex TestNames();
}
