namespace Cenote.Dashboard.Json;

/// <summary>Something that happened to a pool.</summary>
internal sealed record EventJson(
    long Sequence,
    DateTimeOffset Time,
    string Kind,
    string Level,
    string Message,
    int? Slot,
    string? Site,
    string? Actor);
