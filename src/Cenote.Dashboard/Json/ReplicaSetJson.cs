namespace Cenote.Dashboard.Json;

/// <summary>Everything about one replica set. The history: the newest first.</summary>
internal sealed record ReplicaSetJson(
    SetRowJson Row,
    DiagnosisJson Diagnosis,
    IReadOnlyList<ServerJson> Servers,
    long ReadsOnPrimary,
    int CurrentReadsOnPrimary,
    long ReadsRefused,
    long WritesRefused,
    CausalJson Causal,
    IReadOnlyList<TopologyJson> TopologyChanges);

/// <summary>
/// One server of a set. The share is that of the reads of the last minute; ramp-up is the part of its share that a
/// server gets which has just returned.
/// </summary>
internal sealed record ServerJson(
    string Name,
    string Pool,
    string Role,
    string State,
    string Reason,
    int Weight,
    double ReadShare,
    double TrafficShare,
    double? LagSeconds,
    double? LatencySeconds,
    string? Position,
    long? Timeline,
    long Probes,
    long ProbeFailures,
    long Evictions,
    string? LastProbeFailure,
    double ReadsPerSecond);

/// <summary>Reads with a token, by how they were served.</summary>
internal sealed record CausalJson(long Immediate, long AfterWait, long OnPrimary);

/// <summary>A change of who serves what in a set.</summary>
internal sealed record TopologyJson(DateTimeOffset Time, string Change, string Server, string? FormerPrimary, string Reason);
