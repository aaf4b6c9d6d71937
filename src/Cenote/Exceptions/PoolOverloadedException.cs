namespace Cenote;

/// <summary>
/// The exception for a caller that the pool rejected to protect the others: too many callers wait already, or waiting
/// times stay above the target.
/// </summary>
public sealed class PoolOverloadedException : PoolException
{
    internal PoolOverloadedException(string poolName, PoolCounts counts, DateTimeOffset countedAt, IReadOnlyList<LeaseHolder> longestHolders, string message)
        : base(poolName, message, innerException: null)
    {
        Counts = counts;
        CountedAt = countedAt;
        LongestHolders = longestHolders;
        HelpLink = Help.Link("troubleshooting.md", "overload");
    }

    /// <summary>Gets the pool's counts at <see cref="CountedAt"/>.</summary>
    public PoolCounts Counts { get; }

    /// <summary>
    /// Gets the time of <see cref="Counts"/> and <see cref="LongestHolders"/>, at most a few milliseconds before the
    /// exception. Callers that are rejected together share them.
    /// </summary>
    public DateTimeOffset CountedAt { get; }

    /// <summary>Gets the holders of connections, at most five, the longest first.</summary>
    public IReadOnlyList<LeaseHolder> LongestHolders { get; }

    /// <summary>
    /// Gets the name of the caller's lane; <see langword="null"/> in a pool without lanes.
    /// </summary>
    public string? Lane { get; internal init; }

    /// <summary>
    /// Gets an estimate of the time after which another try may succeed: what the callers that wait now need, by the
    /// usual time of a lease. Each exception has a random time up to twice as long, so that rejected callers do not
    /// come back together. <see langword="null"/> before the first lease was returned.
    /// </summary>
    public TimeSpan? RetryAfter { get; internal init; }

    /// <summary>Gets <see langword="true"/>, because an overload passes.</summary>
    public override bool IsTransient => true;
}
