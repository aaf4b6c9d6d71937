using Cenote.Dashboard.Json;

namespace Cenote.Dashboard.Reports;

/// <summary>The JSON of a diagnosis.</summary>
internal static class DiagnosisReport
{
    /// <param name="name">The name on the dashboard.</param>
    /// <param name="diagnosis">The diagnosis of the pool or the set.</param>
    internal static DiagnosisJson Of(string name, Diagnosis diagnosis) => new(
        name,
        diagnosis.Time,
        LevelOf(diagnosis.Level),
        diagnosis.Summary,
        [.. diagnosis.Findings.Select(static finding => new FindingJson(
            finding.Kind.ToString(), LevelOf(finding.Level), finding.Summary, finding.Evidence, finding.Recommendation, finding.HelpLink))]);

    private static string LevelOf(DiagnosisLevel level) => level switch
    {
        DiagnosisLevel.Healthy => "healthy",
        DiagnosisLevel.Degraded => "degraded",
        _ => "unhealthy",
    };
}
