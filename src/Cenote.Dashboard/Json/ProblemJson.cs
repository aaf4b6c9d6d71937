namespace Cenote.Dashboard.Json;

/// <summary>An answer that refuses something (RFC 9457): what is wrong, each problem with its value and remedy.</summary>
internal sealed record ProblemJson(string Title, int Status, string Detail, IReadOnlyList<string> Problems);
