namespace Cenote.Dashboard.Json;

/// <summary>Who holds a connection. The stack and the thread are those of the rent, when it was sampled.</summary>
internal sealed record LeaseJson(
    string Id,
    int Slot,
    double HeldSeconds,
    DateTimeOffset Since,
    string Site,
    string? File,
    int Line,
    string? Member,
    bool IsSuspected,
    string? Stack,
    string? Thread);
