namespace Cenote.Dashboard.Json;

/// <summary>One server of a set. The share is that of the reads of the last minute; ramp-up is the part of its share that a server gets which has just returned.</summary>
internal sealed record ServerJson(
    string Name,
    string Pool,
    string Role,
    string State,
    string Reason,
    int Weight,
    double Share,
    double RampUp,
    double? LagSeconds,
    double? LatencySeconds,
    string? Position,
    long? Timeline,
    long Probes,
    long ProbeFailures,
    long Departures,
    string? LastProbeFailure,
    double ReadsPerSecond);
