namespace Cenote.ConventionTests;

/// <summary>The files of the repository that people write and read.</summary>
internal static class SourceFiles
{
    private static readonly string[] BuildFolders = ["obj", "bin", "node_modules", "TestResults", ".git"];

    private static string Root => Testing.Repository.Root;

    /// <summary>Files below a folder, as paths from the root with slashes.</summary>
    internal static IEnumerable<string> Files(string folder, string pattern)
    {
        var top = Path.Combine(Root, folder);
        foreach (var file in Directory.EnumerateFiles(top, pattern))
        {
            yield return Path.GetRelativePath(Root, file).Replace('\\', '/');
        }

        foreach (var inner in Directory.EnumerateDirectories(top))
        {
            if (!BuildFolders.Contains(Path.GetFileName(inner), StringComparer.Ordinal))
            {
                foreach (var file in Files(Path.GetRelativePath(Root, inner), pattern))
                {
                    yield return file;
                }
            }
        }
    }

    internal static string Read(string file) => File.ReadAllText(Path.Combine(Root, file));
}
