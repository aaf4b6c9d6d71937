namespace Cenote.Dashboard.Json;

/// <summary>A distribution of durations since the pool was constructed.</summary>
internal sealed record LatencyJson(long Count, double AverageSeconds, double P50Seconds, double P95Seconds, double P99Seconds, double MaximumSeconds);
