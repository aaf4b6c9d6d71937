namespace Cenote.Dashboard.Json;

/// <summary>What became known of a lease that was not returned as it should be.</summary>
internal sealed record LeakJson(DateTimeOffset Time, string Kind, string Site, int Slot, double HeldSeconds, string? Stack);
