namespace Cenote.Dashboard.Json;

/// <summary>A diagnosis in words, with its findings.</summary>
internal sealed record VerdictJson(string Subject, DateTimeOffset Time, string Level, string Summary, IReadOnlyList<FindingJson> Findings);
