using Cenote.Dashboard.Json;

namespace Cenote.Dashboard.Reports;

/// <summary>A verdict as JSON.</summary>
internal static class DiagnosisReport
{
    /// <param name="name">The name on the dashboard.</param>
    /// <param name="verdict">What the pool or the set says of itself.</param>
    internal static DiagnosisJson Of(string name, Diagnosis verdict) => new(
        name,
        verdict.Time,
        LevelOf(verdict.Level),
        verdict.Summary,
        [.. verdict.Findings.Select(static finding => new FindingJson(
            finding.Kind.ToString(), LevelOf(finding.Level), finding.Summary, finding.Evidence, finding.Recommendation, finding.HelpLink))]);

    private static string LevelOf(DiagnosisLevel level) => level switch
    {
        DiagnosisLevel.Healthy => "healthy",
        DiagnosisLevel.Degraded => "degraded",
        _ => "unhealthy",
    };
}
