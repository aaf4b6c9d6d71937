using Microsoft.CodeAnalysis;

namespace Cenote.ConventionTests.Folders;

/// <summary>Where the types of the core live, and which folder may use which.</summary>
public sealed class FolderTests
{
    private static readonly CoreSources Sources = new();

    [Fact]
    public void Sources_are_understood()
    {
        Assert.Empty(Sources.UnresolvedTypes());
        Assert.True(Sources.Uses().Count() > 500, "Too few uses for the core of the pool.");
    }

    /// <summary>
    /// The root is what a user types: it may use every folder, and its types are used where they are the subject.
    /// </summary>
    [Fact]
    public void Folders_form_no_cycle()
    {
        var cycle = FolderCycle.Find(Sources.Uses().Where(static use => use.From.Length > 0 && use.To.Length > 0));

        Assert.True(cycle.Count == 0, $"Folders use each other:{Lines(cycle)}");
    }

    [Fact]
    public void Root_holds_public_types_and_the_engine_only()
    {
        var strangers = Sources.Types()
            .Where(static found => !found.File.Contains('/', StringComparison.Ordinal) && found.Type.DeclaredAccessibility != Accessibility.Public)
            .Where(static found => found.Type.Name != "PoolEngine")
            .Select(static found => found.File);

        Assert.Empty(strangers);
    }

    [Fact]
    public void Internal_types_have_the_namespace_of_their_folder()
    {
        var strangers = Sources.Types()
            .Where(static found => found.Type.DeclaredAccessibility != Accessibility.Public && found.Type.ContainingNamespace.ToDisplayString() != NamespaceOf(found.File))
            .Select(static found => $"{found.File}: {found.Type.ToDisplayString()}");

        Assert.Empty(strangers);
    }

    [Fact]
    public void Public_types_have_the_namespace_of_users_or_of_providers()
    {
        var strangers = Sources.Types()
            .Where(static found => found.Type.DeclaredAccessibility == Accessibility.Public)
            .Where(static found => found.Type.ContainingNamespace.ToDisplayString() is not "Cenote"
                && !(found.Type.ContainingNamespace.ToDisplayString() is "Cenote.Providers" && found.File.StartsWith("Providers/", StringComparison.Ordinal)))
            .Select(static found => $"{found.File}: {found.Type.ToDisplayString()}");

        Assert.Empty(strangers);
    }

    [Fact]
    public void A_cycle_is_found_with_its_files()
    {
        FolderUse[] uses =
        [
            new("A/One.cs", "B/Two.cs", "Two"),
            new("B/Two.cs", "C/Three.cs", "Three"),
            new("B/Four.cs", "D/Five.cs", "Five"),
            new("C/Three.cs", "A/One.cs", "One"),
        ];

        Assert.Equal([uses[0], uses[1], uses[3]], FolderCycle.Find(uses));
        Assert.Empty(FolderCycle.Find(uses[..3]));
    }

    private static string NamespaceOf(string file) => string.Join('.', (string[])["Cenote", .. file.Split('/')[..^1]]);

    private static string Lines(IEnumerable<FolderUse> uses) => string.Concat(uses.Select(static use => $"\n  {use}"));
}
