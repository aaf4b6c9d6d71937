using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Cenote.Tests.Documentation;

/// <summary>The C# of the docs is compiled: every block is a region of samples/Snippets, or the quick start.</summary>
public sealed partial class SnippetTests
{
    private static readonly string Root = FindRoot();

    public static TheoryData<string> Pages() =>
        new(Directory.EnumerateFiles(Path.Combine(Root, "docs"), "*.md", SearchOption.AllDirectories)
            .Concat(Directory.EnumerateFiles(Path.Combine(Root, "src"), "README.md", SearchOption.AllDirectories)) // the packages' own pages
            .Append(Path.Combine(Root, "README.md"))
            .Select(page => Path.GetRelativePath(Root, page))
            .Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_block_of_code_is_compiled(string page)
    {
        var sample = Normalize(File.ReadAllText(Path.Combine(Root, "samples/QuickStart/Program.cs")));
        var text = File.ReadAllText(Path.Combine(Root, page));
        var blocks = BlockPattern().Matches(text);
        Assert.True(blocks.Count == FencePattern().Count(text), $"{page} has C# that begins otherwise than with ```csharp at the start of a line, or never ends");
        foreach (Match block in blocks)
        {
            var code = Normalize(block.Groups["code"].Value);
            if (block.Groups["name"] is { Success: true } name)
            {
                Assert.Equal(Region(name.Value), code);
            }
            else
            {
                Assert.True(code == sample, $"{page} has code that nothing compiles. Make it a region of samples/Snippets and name it before the block:\n{code}");
            }
        }
    }

    [Fact]
    public void Every_region_is_on_a_page()
    {
        var used = Pages().Select(page => File.ReadAllText(Path.Combine(Root, page.Data)))
            .SelectMany(text => BlockPattern().Matches(text))
            .Select(block => block.Groups["name"].Value)
            .ToHashSet(StringComparer.Ordinal);

        var regions = Directory.EnumerateFiles(Path.Combine(Root, "samples/Snippets"), "*.cs")
            .SelectMany(file => RegionPattern().Matches(File.ReadAllText(file)).Select(region => $"{Path.GetFileNameWithoutExtension(file)}.{region.Groups["name"].Value}"))
            .ToList();

        Assert.NotEmpty(regions);
        Assert.All(regions, region => Assert.Contains(region, used));
    }

    private static string Region(string name)
    {
        var parts = name.Split('.');
        var file = Path.Combine(Root, "samples/Snippets", parts[0] + ".cs");
        Assert.True(parts.Length == 2 && File.Exists(file), $"snippet {name}: a file is missing: samples/Snippets/{parts[0]}.cs");
        var region = RegionPattern().Matches(File.ReadAllText(file)).SingleOrDefault(region => region.Groups["name"].Value == parts[1]);
        Assert.True(region is not null, $"snippet {name}: samples/Snippets/{parts[0]}.cs has no region of that name");
        return Normalize(region.Groups["code"].Value);
    }

    /// <summary>Without the indentation that all its lines share.</summary>
    private static string Normalize(string code)
    {
        var lines = code.ReplaceLineEndings("\n").Trim('\n').Split('\n').Select(line => line.TrimEnd()).ToList();
        var indentation = lines.Where(line => line.Length > 0).Min(line => line.Length - line.TrimStart().Length);
        return string.Join('\n', lines.Select(line => line.Length == 0 ? line : line[indentation..])).Trim();
    }

    private static string FindRoot([CallerFilePath] string callerFilePath = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(callerFilePath)!, "../../.."));

    [GeneratedRegex(@"(<!-- snippet: (?<name>\S+) -->\s*)?^```csharp\n(?<code>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture, 60_000)]
    private static partial Regex BlockPattern();

    [GeneratedRegex(@"^[ \t>]*(```+|~~~+) *(csharp|c#|cs)(?!\w)", RegexOptions.Multiline | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 60_000)]
    private static partial Regex FencePattern();

    [GeneratedRegex(@"^ *#region (?<name>\S+)\n(?<code>.*?)^ *#endregion", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture, 60_000)]
    private static partial Regex RegionPattern();
}
