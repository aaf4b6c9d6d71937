namespace Cenote.Dashboard.Json;

/// <summary>What this viewer may do, and how.</summary>
internal sealed record SessionJson(
    bool CanAct,
    string? ReadOnlyReason,
    string? User,
    AntiforgeryJson? Antiforgery,
    string Version,
    DateTimeOffset ServerTime,
    IReadOnlyList<int> Ranges);
