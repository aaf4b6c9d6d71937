namespace Cenote;

/// <summary>One thing that is wrong.</summary>
/// <param name="Kind">What.</param>
/// <param name="Level">How bad it is.</param>
/// <param name="Summary">In a few words.</param>
/// <param name="Evidence">The numbers that show it. No secrets.</param>
/// <param name="Recommendation">What to do.</param>
public sealed record Finding(FindingKind Kind, DiagnosisLevel Level, string Summary, string Evidence, string Recommendation)
{
    /// <summary>The address of the documentation about it, of this version.</summary>
    public string HelpLink => Help.Link("monitoring.md", Anchor(Kind.ToString()));

    private static string Anchor(string kind) =>
        string.Concat(kind.Select((letter, index) => char.IsUpper(letter) && index > 0 ? $"-{char.ToLowerInvariant(letter)}" : $"{char.ToLowerInvariant(letter)}"));
}
