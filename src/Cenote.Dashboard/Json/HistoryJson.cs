namespace Cenote.Dashboard.Json;

/// <summary>The past of one pool, in steps. Times are Unix seconds, the beginning of each step.</summary>
internal sealed record HistoryJson(
    string Pool,
    int StepSeconds,
    IReadOnlyList<long> Times,
    SeriesJson Series,
    IReadOnlyDictionary<string, IReadOnlyList<double?>> Closed);
