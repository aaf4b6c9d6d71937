namespace Cenote.Dashboard.Json;

/// <summary>One place for a connection; lease, held and holder are null unless it is leased.</summary>
internal sealed record SlotJson(
    int Id,
    string State,
    double? AgeSeconds,
    long Uses,
    string? LeaseId,
    double? HeldSeconds,
    string? Holder,
    bool IsSuspected);
