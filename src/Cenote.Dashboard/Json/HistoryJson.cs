namespace Cenote.Dashboard.Json;

/// <summary>The past of one pool, in steps. Times are Unix seconds, the beginning of each step.</summary>
internal sealed record HistoryJson(
    string Pool,
    int StepSeconds,
    IReadOnlyList<long> Times,
    SeriesJson Series,
    IReadOnlyDictionary<string, IReadOnlyList<double?>> Closed);

/// <summary>One number a step, null where nothing was measured. Events are per second, durations in seconds.</summary>
internal sealed record SeriesJson(
    IReadOnlyList<double?> Active,
    IReadOnlyList<double?> Idle,
    IReadOnlyList<double?> Waiting,
    IReadOnlyList<double?> Limit,
    IReadOnlyList<double?> Opening,
    IReadOnlyList<double?> Utilization,
    IReadOnlyList<double?> Rents,
    IReadOnlyList<double?> Waits,
    IReadOnlyList<double?> Errors,
    IReadOnlyList<double?> ErrorRate,
    IReadOnlyList<double?> WaitP50,
    IReadOnlyList<double?> WaitP99,
    IReadOnlyList<double?> UseP50,
    IReadOnlyList<double?> UseP99,
    IReadOnlyList<double?> ConnectP50,
    IReadOnlyList<double?> ConnectP99,
    IReadOnlyList<double?> Opened,
    IReadOnlyList<double?> ClosedByPolicy,
    IReadOnlyList<double?> ClosedByFailure);
