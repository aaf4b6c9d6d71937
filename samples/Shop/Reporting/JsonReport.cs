namespace Cenote.Shop.Reporting;

/// <summary>
/// The report for machines. Names are stable: see REPORT.md beside this project. Durations are in milliseconds where
/// the name says so.
/// </summary>
/// <param name="Arrangements">By the name of the arrangement, <c>split</c> or <c>mixed</c>.</param>
/// <param name="Pool">The pool that reads and writes share, if there was one.</param>
internal sealed record JsonReport(
    int SchemaVersion,
    bool Ok,
    bool Interrupted,
    JsonSettings Settings,
    double SetupSeconds,
    double ElapsedSeconds,
    long OperationsDone,
    double OperationsPerSecond,
    IReadOnlyDictionary<string, JsonOperation> Operations,
    IReadOnlyDictionary<string, JsonArrangement> Arrangements,
    JsonPool? Pool,
    JsonPool? Writer,
    JsonPool? Readers,
    JsonComparison? Comparison,
    IReadOnlyList<JsonError> Errors,
    IReadOnlyList<JsonCheck> Checks);

/// <param name="Pools">mixed, split or compare.</param>
/// <param name="Readers">The most connections that only read.</param>
internal sealed record JsonSettings(
    string Provider,
    string Database,
    double Seconds,
    int Clients,
    int MinSize,
    int MaxSize,
    string Pools,
    int Readers,
    int Seed,
    int Products,
    int Customers,
    int Orders,
    long Rows);

internal sealed record JsonArrangement(
    double ElapsedSeconds,
    long OperationsDone,
    double OperationsPerSecond,
    IReadOnlyDictionary<string, JsonOperation> Operations);

internal sealed record JsonOperation(
    long Done,
    long OutOfStock,
    long Failed,
    long Unknown,
    long Cancelled,
    double PerSecond,
    JsonLatency LatencyMs);

internal sealed record JsonError(string Message, long Count);

internal sealed record JsonCheck(string Name, bool Holds, string Statement, string Detail, long ProblemCount, IReadOnlyList<string> Problems);
