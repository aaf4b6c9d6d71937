namespace Cenote.SnippetTests;

/// <summary>The snippets, and the pages that show them.</summary>
internal static class SourceFiles
{
    internal static IEnumerable<string> Files(string folder, string pattern) => Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), pattern).Order(StringComparer.Ordinal);

    internal static IEnumerable<string> Pages() => Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs"), "*.md", SearchOption.AllDirectories)
        .Concat(Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "README.md", SearchOption.AllDirectories))
        .Append(Path.Combine(Repository.Root, "README.md"));
}
