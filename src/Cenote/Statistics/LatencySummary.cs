namespace Cenote;

/// <summary>
/// The distribution of a duration since the pool was constructed. Percentiles are exact to about 7 per cent.
/// </summary>
public readonly record struct LatencySummary
{
    /// <summary>How many durations were measured.</summary>
    public long Count { get; init; }

    /// <summary>The mean.</summary>
    public TimeSpan Average { get; init; }

    /// <summary>Half of the durations were no longer.</summary>
    public TimeSpan P50 { get; init; }

    /// <summary>95 per cent of the durations were no longer.</summary>
    public TimeSpan P95 { get; init; }

    /// <summary>99 per cent of the durations were no longer.</summary>
    public TimeSpan P99 { get; init; }

    /// <summary>The longest.</summary>
    public TimeSpan Maximum { get; init; }
}
