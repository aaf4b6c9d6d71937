namespace Cenote;

/// <summary>
/// A short diagnosis made from the numbers of a pool or of a set of pools: the problems, their evidence, and what to
/// do.
/// </summary>
public sealed class Diagnosis
{
    /// <summary>Initializes a diagnosis.</summary>
    /// <param name="subject">The name of the pool or set.</param>
    /// <param name="time">When the diagnosis was made.</param>
    /// <param name="level">The level of the worst finding.</param>
    /// <param name="summary">The diagnosis in one sentence.</param>
    /// <param name="findings">The problems, the worst first.</param>
    public Diagnosis(string subject, DateTimeOffset time, DiagnosisLevel level, string summary, IReadOnlyList<Finding> findings) =>
        (Subject, Time, Level, Summary, Findings) = (subject, time, level, summary, findings);

    /// <summary>Gets the name of the pool or set.</summary>
    public string Subject { get; }

    /// <summary>Gets when the diagnosis was made.</summary>
    public DateTimeOffset Time { get; }

    /// <summary>Gets the level of the worst finding.</summary>
    public DiagnosisLevel Level { get; }

    /// <summary>
    /// Gets the diagnosis in one sentence, such as <c>saturated: 14 waiting, longest 2.1 s, 10 of 10 connections
    /// leased, held mostly by OrderRepository.cs:87 (LoadAsync)</c>.
    /// </summary>
    public string Summary { get; }

    /// <summary>Gets the problems, the worst first; empty when the subject is healthy.</summary>
    public IReadOnlyList<Finding> Findings { get; }

    /// <summary>Returns subject, level and summary.</summary>
    public override string ToString() => $"{Subject}: {Level}: {Summary}";
}
