namespace Cenote.Dashboard.Json;

/// <summary>Everything about one pool, but its history. Leaks and events: the newest first.</summary>
internal sealed record PoolJson(
    PoolRowJson Row,
    DiagnosisJson Diagnosis,
    TotalsJson Totals,
    LatenciesJson Latencies,
    OpenFailureJson? LastOpenFailure,
    CircuitJson Circuit,
    IReadOnlyList<SlotJson> Slots,
    IReadOnlyList<LeaseJson> Leases,
    IReadOnlyList<LeakJson> Leaks,
    IReadOnlyList<StatementJson>? Statements,
    IReadOnlyList<EventJson> Events,
    IReadOnlyList<SettingJson> Settings,
    IReadOnlyList<LaneJson>? Lanes = null);

/// <summary>Counters since the pool was constructed.</summary>
internal sealed record TotalsJson(
    long Rents,
    long Waits,
    long Timeouts,
    long Cancellations,
    long Errors,
    long CircuitRejections,
    long OverloadRejections,
    long Opened,
    long OpenFailures,
    IReadOnlyDictionary<string, long> Closed,
    long LeaksSuspected,
    long LeasesReturnedLate,
    long LeasesAbandoned,
    long LeasesRevoked,
    long NestedRents,
    long CircuitOpenings,
    long MaintenanceFailures);

/// <summary>How long callers queued, held connections, and opens took.</summary>
internal sealed record LatenciesJson(LatencyJson Wait, LatencyJson Use, LatencyJson Connect);

/// <summary>A distribution of durations since the pool was constructed.</summary>
internal sealed record LatencyJson(long Count, double AverageSeconds, double P50Seconds, double P95Seconds, double P99Seconds, double MaximumSeconds);

/// <summary>The last failure to open a connection since the last success.</summary>
internal sealed record OpenFailureJson(string Kind, string Message, DateTimeOffset Time, int Attempts);

/// <summary>The circuit of a pool.</summary>
internal sealed record CircuitJson(string State, bool IsIsolated, DateTimeOffset StateChangedAt, int ConsecutiveFailures, double? SecondsUntilNextProbe);

/// <summary>One place for a connection; lease, held and holder are null unless it is leased.</summary>
internal sealed record SlotJson(
    int Id,
    string State,
    double? AgeSeconds,
    long LeaseCount,
    string? LeaseId,
    double? HeldSeconds,
    string? Holder,
    bool IsSuspectedLeak);

/// <summary>
/// Who holds a connection. The stack and the thread are those of the rent, when it was sampled. The session is what the
/// server reported of it, in words.
/// </summary>
internal sealed record LeaseJson(
    string Id,
    int Slot,
    double HeldSeconds,
    DateTimeOffset RentedAt,
    string Site,
    string? File,
    int Line,
    string? Member,
    bool IsSuspectedLeak,
    string? Stack,
    string? Thread,
    string? Session = null);

/// <summary>What became known of a lease that was not returned as it should be.</summary>
internal sealed record LeakJson(DateTimeOffset Time, string Kind, string Site, int Slot, double HeldSeconds, string? Stack);

/// <summary>How one statement, without its literals, has done.</summary>
internal sealed record StatementJson(
    string Text,
    long Count,
    long Errors,
    double TotalSeconds,
    double AverageSeconds,
    double P50Seconds,
    double P99Seconds,
    double MaxSeconds,
    string? LastError,
    DateTimeOffset? LastErrorTime);

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

/// <summary>One setting of a pool.</summary>
internal sealed record SettingJson(string Name, string Value, string Default, string Unit, string Description, bool CanChange);
