namespace Cenote.PackageTests;

/// <summary>What a build is made of is written down: CI restores nothing else.</summary>
public sealed class LockFileTests
{
    public static TheoryData<string> Projects() => new(
        ((string[])["benchmarks", "samples", "src", "tests"])
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.csproj", SearchOption.AllDirectories))
            .Select(file => Path.GetRelativePath(Repository.Root, Path.GetDirectoryName(file)!))
            .Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Projects))]
    public void Every_project_has_a_lock_file(string folder) =>
        Assert.True(File.Exists(Path.Combine(Repository.Root, folder, "packages.lock.json")), $"{folder} has no lock file: dotnet restore writes it");

    [Fact]
    public async Task Restore_is_locked_where_CI_is_set()
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["CI"] = "true" };
        var locked = await Build.RunAsync("dotnet", ["msbuild", "src/Cenote", "-getProperty:RestoreLockedMode"], environment);
        Assert.Equal("true", locked.Trim(), StringComparer.Ordinal);
    }
}
