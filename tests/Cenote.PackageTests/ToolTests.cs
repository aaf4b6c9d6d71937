namespace Cenote.PackageTests;

/// <summary>The command line tool, installed as its users install it.</summary>
public sealed class ToolTests(PackageFolder packages) : IClassFixture<PackageFolder>
{
    [Fact]
    public async Task Tool_runs_once_it_is_installed()
    {
        var folder = Directory.CreateTempSubdirectory("cenote-tool-").FullName;
        try
        {
            // The folder is the only source, and the cache is new: the package holds all that the tool needs.
            var sources = Path.Combine(folder, "nuget.config");
            await File.WriteAllTextAsync(
                sources,
                $"""<configuration><packageSources><clear /><add key="cenote" value="{packages.Folder}" /></packageSources></configuration>""",
                TestContext.Current.CancellationToken);
            var environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["NUGET_PACKAGES"] = Path.Combine(folder, "cache") };
            await Build.RunAsync("dotnet", ["tool", "install", "Cenote.Cli", "--prerelease", "--tool-path", folder, "--configfile", sources], environment);

            var help = await Build.RunAsync(Path.Combine(folder, "cenote"), ["--help"]);
            Assert.Contains("top", help, StringComparison.Ordinal);
            var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => Build.RunAsync(Path.Combine(folder, "cenote"), ["top"]));
            Assert.Contains("URL is missing", refusal.Message, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
