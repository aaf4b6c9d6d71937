namespace Cenote.Dashboard.Json;

/// <summary>A diagnosis in words, with its findings.</summary>
internal sealed record DiagnosisJson(string Subject, DateTimeOffset Time, string Level, string Summary, IReadOnlyList<FindingJson> Findings);

/// <summary>One thing that is found wrong, the numbers that show it, and what to do.</summary>
internal sealed record FindingJson(string Kind, string Level, string Summary, string Evidence, string Recommendation, string HelpLink);
