namespace Cenote;

/// <summary>A problem that a diagnosis has found.</summary>
public sealed class Finding
{
    /// <summary>Initializes a finding.</summary>
    /// <param name="kind">The problem.</param>
    /// <param name="level">How severe it is.</param>
    /// <param name="summary">The problem in a few words.</param>
    /// <param name="evidence">The numbers that show it, without secrets.</param>
    /// <param name="recommendation">What to do about it.</param>
    public Finding(FindingKind kind, DiagnosisLevel level, string summary, string evidence, string recommendation) =>
        (Kind, Level, Summary, Evidence, Recommendation) = (kind, level, summary, evidence, recommendation);

    /// <summary>Gets the problem.</summary>
    public FindingKind Kind { get; }

    /// <summary>Gets how severe the problem is.</summary>
    public DiagnosisLevel Level { get; }

    /// <summary>Gets the problem in a few words.</summary>
    public string Summary { get; }

    /// <summary>Gets the numbers that show the problem. They contain no secrets.</summary>
    public string Evidence { get; }

    /// <summary>Gets what to do about the problem.</summary>
    public string Recommendation { get; }

    /// <summary>Gets the address of the documentation of the problem, for this version.</summary>
    public string HelpLink => Help.Link("monitoring.md", Anchor(Kind.ToString()));

    /// <summary>Returns level, summary, evidence and recommendation.</summary>
    public override string ToString() => $"{Level}: {Summary}. {Evidence} {Recommendation}";

    private static string Anchor(string kind) =>
        string.Concat(kind.Select((letter, index) => char.IsUpper(letter) && index > 0 ? $"-{char.ToLowerInvariant(letter)}" : $"{char.ToLowerInvariant(letter)}"));
}
