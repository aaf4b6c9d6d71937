namespace Cenote.Dashboard.Json;

/// <summary>A change of who serves what in a set.</summary>
internal sealed record TopologyJson(DateTimeOffset Time, string Change, string Server, string? FormerPrimary, string Reason);
