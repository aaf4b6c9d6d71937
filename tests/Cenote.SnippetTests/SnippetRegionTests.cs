using System.Text.RegularExpressions;
using Cenote.SnippetTests.Runs;

namespace Cenote.SnippetTests;

/// <summary>
/// Each region of samples/Snippets, which the docs print, is run on real databases, or has a reason here why it is not.
/// </summary>
public sealed partial class SnippetRegionTests(SnippetDatabases databases) : IClassFixture<SnippetDatabases>
{
    /// <summary>Regions that are only compiled.</summary>
    private static readonly Dictionary<string, string> NotRun = new(StringComparer.Ordinal)
    {
        ["Providers.sqlserver"] = "A SQL Server cannot be started here.",
        ["Providers.oracle"] = "An Oracle server cannot be started here.",
    };

    private static readonly Dictionary<string, Func<SnippetDatabases, Task>> Runs = new(
        [.. ConnectionRuns.All, .. LibraryRuns.All, .. OperationRuns.All, .. ProviderRuns.All, .. RegistryRuns.All, .. ReplicaRuns.All, .. WebRuns.All],
        StringComparer.Ordinal);

    public static TheoryData<string> Regions() => new(SourceFiles.Files("samples/Snippets", "*.cs")
        .SelectMany(file => RegionPattern().Matches(File.ReadAllText(file)).Select(region => $"{Path.GetFileNameWithoutExtension(file)}.{region.Groups["name"].Value}"))
        .Where(static region => !NotRun.ContainsKey(region)));

    [Theory]
    [MemberData(nameof(Regions))]
    public async Task Region_runs(string region)
    {
        Assert.True(Runs.TryGetValue(region, out var run), $"Nothing runs region {region} of samples/Snippets. Run it in tests/Cenote.SnippetTests/Runs, or give the reason why it cannot be run.");
        await databases.ResetAsync();
        await run(databases).Soon();
    }

    [Fact]
    public void Every_run_and_every_reason_has_a_region()
    {
        var regions = Regions().Select(static region => region.Data).ToHashSet(StringComparer.Ordinal);
        Assert.All(Runs.Keys, region => Assert.Contains(region, regions));
        var texts = SourceFiles.Files("samples/Snippets", "*.cs").ToDictionary(static file => Path.GetFileNameWithoutExtension(file), File.ReadAllText, StringComparer.Ordinal);
        Assert.All(NotRun.Keys, region => Assert.Contains($"#region {region.Split('.')[1]}\n", texts[region.Split('.')[0]], StringComparison.Ordinal));
    }

    [GeneratedRegex(@"^ *#region (?<name>\S+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex RegionPattern();
}
