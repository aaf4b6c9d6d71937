namespace Cenote.Dashboard.Json;

/// <summary>The last failure to open a connection since the last success.</summary>
internal sealed record OpenFailureJson(string Kind, string Message, DateTimeOffset Time, int Attempts);
