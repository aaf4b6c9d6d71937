namespace Cenote;

/// <summary>A problem that a diagnosis found.</summary>
/// <param name="Kind">The kind of the problem.</param>
/// <param name="Level">The severity.</param>
/// <param name="Summary">A few words.</param>
/// <param name="Evidence">The numbers that show the problem, without secrets.</param>
/// <param name="Recommendation">The recommended action.</param>
public sealed record Finding(FindingKind Kind, DiagnosisLevel Level, string Summary, string Evidence, string Recommendation)
{
    /// <summary>Gets the address of the documentation of the finding, for this version.</summary>
    public string HelpLink => Help.Link("monitoring.md", Anchor(Kind.ToString()));

    private static string Anchor(string kind) =>
        string.Concat(kind.Select((letter, index) => char.IsUpper(letter) && index > 0 ? $"-{char.ToLowerInvariant(letter)}" : $"{char.ToLowerInvariant(letter)}"));
}
