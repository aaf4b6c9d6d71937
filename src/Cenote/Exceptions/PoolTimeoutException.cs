namespace Cenote;

/// <summary>
/// The exception for a rent that got no connection within the acquire timeout. Contains the pool's counts, the
/// longest-held leases with their call sites, and the last connection failure as the inner exception.
/// </summary>
public sealed class PoolTimeoutException : PoolException
{
    internal PoolTimeoutException(
        string poolName,
        TimeSpan acquireTimeout,
        TimeSpan waited,
        PoolCounts counts,
        DateTimeOffset countedAt,
        IReadOnlyList<LeaseHolder> longestHolders,
        OpenFailure? lastOpenFailure,
        string message)
        : base(poolName, message, lastOpenFailure?.Exception)
    {
        AcquireTimeout = acquireTimeout;
        WaitDuration = waited;
        Counts = counts;
        CountedAt = countedAt;
        LongestHolders = longestHolders;
        LastOpenFailure = lastOpenFailure;
        HelpLink = Help.Link("troubleshooting.md", "acquire-timeout");
    }

    /// <summary>Gets the acquire timeout.</summary>
    public TimeSpan AcquireTimeout { get; }

    /// <summary>
    /// Gets how long the caller waited. This exceeds <see cref="AcquireTimeout"/> when the machine was too busy to end
    /// the wait in time.
    /// </summary>
    public TimeSpan WaitDuration { get; }

    /// <summary>Gets the pool's counts at <see cref="CountedAt"/>.</summary>
    public PoolCounts Counts { get; }

    /// <summary>
    /// Gets the time of <see cref="Counts"/> and <see cref="LongestHolders"/>, at most a few milliseconds before the
    /// exception. Callers that time out together share them.
    /// </summary>
    public DateTimeOffset CountedAt { get; }

    /// <summary>Gets the holders of connections, at most five, the longest first.</summary>
    public IReadOnlyList<LeaseHolder> LongestHolders { get; }

    /// <summary>
    /// Gets the last failure to open a connection, with its time; <see langword="null"/> when no open has failed since
    /// the last success.
    /// </summary>
    public OpenFailure? LastOpenFailure { get; }

    /// <summary>
    /// Gets the name of the caller's lane; <see langword="null"/> in a pool without lanes.
    /// </summary>
    public string? Lane { get; internal init; }

    /// <summary>Gets <see langword="true"/>, because connections are returned later.</summary>
    public override bool IsTransient => true;
}
