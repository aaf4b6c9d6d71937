using System.Reflection;

namespace Cenote.Shared;

/// <summary>The addresses of this version's documentation. The only place that creates them.</summary>
internal static class Help
{
    private static readonly string Base = typeof(Help).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(static metadata => metadata.Key == "Cenote.Documentation")
        .Value!;

    /// <param name="page">A page of <c>docs/</c>, such as <c>settings.md</c>.</param>
    /// <param name="section">The anchor of one of its headings; <see langword="null"/> for the page.</param>
    internal static string Link(string page, string? section = null) => section is null ? $"{Base}/{page}" : $"{Base}/{page}#{section}";
}
