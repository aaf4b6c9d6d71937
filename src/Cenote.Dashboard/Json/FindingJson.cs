namespace Cenote.Dashboard.Json;

/// <summary>One thing that is found wrong, the numbers that show it, and what to do.</summary>
internal sealed record FindingJson(string Kind, string Level, string Summary, string Evidence, string Remedy, string HelpLink);
