namespace Cenote;

/// <summary>
/// A short diagnosis made from the numbers of a pool, or of a set of pools: what is wrong, how that shows, what to do.
/// </summary>
/// <param name="Subject">The name of the pool or set.</param>
/// <param name="Time">When it was made.</param>
/// <param name="Level">That of the worst finding.</param>
/// <param name="Summary">One sentence, such as <c>saturated: 14 waiting, longest 2.1 s, 10 of 10 connections leased,
/// held mostly by OrderRepository.cs:87 (LoadAsync)</c>.</param>
/// <param name="Findings">What is wrong, the worst first; empty when nothing is.</param>
public sealed record Diagnosis(string Subject, DateTimeOffset Time, DiagnosisLevel Level, string Summary, IReadOnlyList<Finding> Findings)
{
    /// <summary>Subject, level and summary.</summary>
    public override string ToString() => $"{Subject}: {Level}: {Summary}";
}
