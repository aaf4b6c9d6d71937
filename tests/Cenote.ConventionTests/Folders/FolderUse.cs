namespace Cenote.ConventionTests.Folders;

/// <summary>A file of one folder uses a type that a file of another folder declares.</summary>
internal sealed record FolderUse(string FromFile, string ToFile, string TypeName)
{
    internal string From { get; } = FolderOf(FromFile);

    internal string To { get; } = FolderOf(ToFile);

    public override string ToString() => $"{FromFile} uses {TypeName} of {ToFile}";

    /// <summary>The first folder below the project, or the empty text for a file beside the project.</summary>
    private static string FolderOf(string file) => file.Contains('/', StringComparison.Ordinal) ? file[..file.IndexOf('/', StringComparison.Ordinal)] : "";
}
