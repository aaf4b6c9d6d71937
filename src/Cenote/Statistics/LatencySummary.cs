namespace Cenote;

/// <summary>
/// The summary of a duration since the construction of the pool. Percentiles are exact to about 7 per cent.
/// </summary>
public readonly record struct LatencySummary
{
    /// <summary>Gets the number of measured durations.</summary>
    public long Count { get; init; }

    /// <summary>Gets the mean.</summary>
    public TimeSpan Average { get; init; }

    /// <summary>Gets the median.</summary>
    public TimeSpan P50 { get; init; }

    /// <summary>Gets the 95th percentile.</summary>
    public TimeSpan P95 { get; init; }

    /// <summary>Gets the 99th percentile.</summary>
    public TimeSpan P99 { get; init; }

    /// <summary>Gets the longest duration.</summary>
    public TimeSpan Maximum { get; init; }
}
