using Cenote.Dashboard.Json;

namespace Cenote.Dashboard.Reports;

/// <summary>A verdict as JSON.</summary>
internal static class VerdictReport
{
    /// <param name="name">The name on the dashboard.</param>
    /// <param name="verdict">What the pool or the set says of itself.</param>
    internal static VerdictJson Of(string name, Verdict verdict) => new(
        name,
        verdict.Time,
        LevelOf(verdict.Level),
        verdict.Summary,
        [.. verdict.Findings.Select(static finding => new FindingJson(
            finding.Kind.ToString(), LevelOf(finding.Level), finding.Summary, finding.Evidence, finding.Remedy, finding.HelpLink))]);

    private static string LevelOf(VerdictLevel level) => level switch
    {
        VerdictLevel.Healthy => "healthy",
        VerdictLevel.Degraded => "degraded",
        _ => "unhealthy",
    };
}
