using System.Text.RegularExpressions;

namespace Cenote.SnippetTests;

/// <summary>The program and the shell lines that README and docs print.</summary>
public sealed partial class ProgramTests : IDisposable
{
    /// <summary>Where each line of a block of shell is run. A new one needs an entry here.</summary>
    private static readonly Dictionary<string, string> RunBy = new(StringComparer.Ordinal)
    {
        ["./pack"] = "./test, which packs",
        ["dotnet nuget add source \"$PWD/artifacts/packages\" --name cenote"] = "eng/consumers.sh, which restores from that folder",
        ["dotnet add package Cenote.Sqlite"] = "eng/consumers.sh, whose programs reference it",
        ["./run"] = "Cenote.ShopTests: the program behind it",
        ["./top URL"] = "CliRun: the command behind it",
        ["./test"] = "itself",
        ["dotnet tool install --global Cenote.Cli"] = "Cenote.PackageTests looks at the tool's package; it is not on a feed",
        ["cenote top http://127.0.0.1:5080/pools"] = "CliRun, at another port",
        ["cenote top http://127.0.0.1:5080/pools --once"] = "CliRun, at another port",
        ["cenote top http://127.0.0.1:5080/pools --json"] = "CliRun, at another port",
        ["cenote check postgresql --connection-file connection.txt"] = "Cenote.CliTests.Checking, in another folder",
        ["cenote check mysql"] = "Cenote.CliTests.Checking, from a file",
        ["cenote check sqlite --connection \"Data Source=app.db\" --json"] = "Cenote.CliTests.Checking, in another folder",
        ["cenote size postgresql --connection-file connection.txt --statement-file query.sql --instances 4 --svg curve.svg"] = "Cenote.CliTests.Sizing, with another statement",
        ["cenote size mysql --statement \"SELECT count(*) FROM orders\" --seconds 120 --json"] = "Cenote.CliTests.Sizing, from a file",
        ["cenote size postgresql --statement \"SELECT count(*) FROM orders\""] = "Cenote.CliTests.Sizing, from a file",
        ["cenote compare postgresql --connection-file connection.txt --statement-file query.sql"] = "Cenote.CliTests.Comparing, with another statement",
        ["cenote compare mysql --statement \"SELECT name FROM customers WHERE id = 7\" --connections 20 --clients 1,20,100 --json"] = "Cenote.CliTests.Comparing, with another statement",
        ["cenote compare postgresql --statement \"SELECT count(*) FROM orders\""] = "Cenote.CliTests.Comparing, from a file",
        ["cenote check postgresql"] = "Cenote.CliTests.Checking, from a file",
        ["cenote top https://example.com/pools --header-file token.txt --pool orders"] = "CliRun, at another address",
    };

    private readonly string _directory = Directory.CreateTempSubdirectory("cenote-quickstart-").FullName;

    public void Dispose() => TemporaryFolder.Delete(_directory);

    [Fact]
    public async Task The_quick_start_of_the_README_prints_the_database_s_answer() => Assert.Contains(
        "hello from 3.", await CliRun.RunInAsync(_directory, "samples/QuickStart/bin/Release/net10.0/QuickStart.dll"), StringComparison.Ordinal);

    [Theory]
    [InlineData("samples/Shop/bin/Release/net10.0/Cenote.Shop.dll", "--help")]
    [InlineData("src/Cenote.Cli/bin/Release/net10.0/Cenote.Cli.dll", "top", "--help")]
    public async Task Help_is_printed(string program, params string[] arguments) =>
        Assert.Contains("Usage", await CliRun.RunInAsync(_directory, program, arguments), StringComparison.OrdinalIgnoreCase);

    [Fact]
    public void Every_line_of_shell_is_run_somewhere()
    {
        var lines = SourceFiles.Pages()
            .SelectMany(page => ShellPattern().Matches(File.ReadAllText(page)))
            .SelectMany(block => block.Groups["lines"].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            .Select(line => CommentPattern().Replace(line, "").Trim())
            .ToHashSet(StringComparer.Ordinal);
        Assert.Equal(RunBy.Keys.Order(StringComparer.Ordinal), lines.Order(StringComparer.Ordinal));
    }

    [GeneratedRegex(@"^```(sh|bash|shell|console)\n(?<lines>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex ShellPattern();

    [GeneratedRegex(@"\s+#.*$", RegexOptions.None, 5000)]
    private static partial Regex CommentPattern();
}
