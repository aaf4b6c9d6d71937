namespace Cenote;

/// <summary>
/// A short diagnosis of a pool, or of a set of pools: findings with evidence and recommendations.
/// </summary>
/// <param name="Subject">The name of the pool or set.</param>
/// <param name="Time">The time of the diagnosis.</param>
/// <param name="Level">The level of the worst finding.</param>
/// <param name="Summary">One sentence, such as <c>saturated: 14 waiting, longest 2.1 s, 10 of 10 connections leased,
/// held mostly by OrderRepository.cs:87 (LoadAsync)</c>.</param>
/// <param name="Findings">The findings, the worst first. Empty for a healthy subject.</param>
public sealed record Diagnosis(string Subject, DateTimeOffset Time, DiagnosisLevel Level, string Summary, IReadOnlyList<Finding> Findings)
{
    /// <summary>Returns the subject, the level and the summary.</summary>
    public override string ToString() => $"{Subject}: {Level}: {Summary}";
}
