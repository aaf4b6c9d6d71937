namespace Cenote.Dashboard.Json;

/// <summary>Reads with a token, by how they were served.</summary>
internal sealed record CausalJson(long AtOnce, long AfterWait, long OnPrimary);
