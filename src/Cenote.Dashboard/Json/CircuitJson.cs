namespace Cenote.Dashboard.Json;

/// <summary>The circuit of a pool.</summary>
internal sealed record CircuitJson(string State, bool IsForced, DateTimeOffset SinceTime, int ConsecutiveFailures, double? NextProbeSeconds);
