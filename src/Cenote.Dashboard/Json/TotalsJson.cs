namespace Cenote.Dashboard.Json;

/// <summary>Counters since the pool was constructed.</summary>
internal sealed record TotalsJson(
    long Rents,
    long Waits,
    long Timeouts,
    long Cancellations,
    long Errors,
    long CircuitRejections,
    long Overloads,
    long Opened,
    long OpenFailures,
    IReadOnlyDictionary<string, long> Closed,
    long LeaksSuspected,
    long LateReturns,
    long LeaksProven,
    long LeasesRevoked,
    long NestedRents,
    long CircuitOpenings,
    long UpkeepFailures);
