namespace Cenote.Dashboard.Json;

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
