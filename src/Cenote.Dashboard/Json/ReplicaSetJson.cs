namespace Cenote.Dashboard.Json;

/// <summary>Everything about one replica set. The history: the newest first.</summary>
internal sealed record ReplicaSetJson(
    SetRowJson Row,
    VerdictJson Verdict,
    IReadOnlyList<ServerJson> Servers,
    long ReadsOnPrimary,
    int ReadsOnPrimaryNow,
    long ReadsRefused,
    long WritesRefused,
    CausalJson Causal,
    IReadOnlyList<TopologyJson> History);
