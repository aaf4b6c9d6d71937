namespace Cenote.Dashboard.Json;

/// <summary>How long callers queued, held connections, and opens took.</summary>
internal sealed record LatenciesJson(LatencyJson Wait, LatencyJson Use, LatencyJson Connect);
