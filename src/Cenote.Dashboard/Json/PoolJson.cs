namespace Cenote.Dashboard.Json;

/// <summary>Everything about one pool, but its history. Leaks and events: the newest first.</summary>
internal sealed record PoolJson(
    PoolRowJson Row,
    VerdictJson Verdict,
    TotalsJson Totals,
    LatenciesJson Latencies,
    OpenFailureJson? LastOpenFailure,
    CircuitJson Circuit,
    IReadOnlyList<SlotJson> Slots,
    IReadOnlyList<LeaseJson> Leases,
    IReadOnlyList<LeakJson> Leaks,
    IReadOnlyList<StatementJson>? Statements,
    IReadOnlyList<EventJson> Events,
    IReadOnlyList<SettingJson> Settings);
