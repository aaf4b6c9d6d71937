namespace Cenote;

/// <summary>The numbers of a pool at one moment, for a sizing policy.</summary>
public readonly record struct SizingObservation
{
    /// <summary>Gets the time since the pool was constructed.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>Gets the number of leased connections.</summary>
    public required int Leased { get; init; }

    /// <summary>
    /// Gets the number of waiting callers that further connections would serve. Callers that the settings of their lane
    /// keep waiting do not count.
    /// </summary>
    public required int Waiting { get; init; }

    /// <summary>Gets the number of open connections, in any state.</summary>
    public required int Total { get; init; }

    /// <summary>Gets the size in force: the maximum number of open connections.</summary>
    public required int Limit { get; init; }

    /// <summary>Gets the smallest allowed size.</summary>
    public required int MinSize { get; init; }

    /// <summary>Gets the largest allowed size.</summary>
    public required int MaxSize { get; init; }

    /// <summary>Gets the number of rents since the pool was constructed.</summary>
    public long Rents { get; init; }

    /// <summary>
    /// Gets the number of leases whose duration was measured since the pool was constructed. A busy pool measures a
    /// sample.
    /// </summary>
    public long MeasuredLeases { get; init; }

    /// <summary>Gets the sum of the durations of the measured leases.</summary>
    public TimeSpan MeasuredLeaseTime { get; init; }

    /// <summary>
    /// Gets how often an open has failed since the pool was constructed because the server had too many connections.
    /// </summary>
    public long Refusals { get; init; }
}
