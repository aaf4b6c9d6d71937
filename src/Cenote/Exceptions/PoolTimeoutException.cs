namespace Cenote;

/// <summary>
/// No connection could be had within the acquire timeout. Carries the pool's numbers at that moment, the longest
/// holders with their call sites, and the last failure to open a connection as inner exception.
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

    /// <summary>How long the caller waited at most.</summary>
    public TimeSpan AcquireTimeout { get; }

    /// <summary>
    /// How long the caller really waited: longer than <see cref="AcquireTimeout"/> where the machine was too busy to
    /// tell it in time.
    /// </summary>
    public TimeSpan WaitDuration { get; }

    /// <summary>The pool's numbers at the moment <see cref="CountedAt"/>.</summary>
    public PoolCounts Counts { get; }

    /// <summary>When <see cref="Counts"/> and <see cref="LongestHolders"/> were read: a few milliseconds before the
    /// exception at most. Callers whose time is up together share them.</summary>
    public DateTimeOffset CountedAt { get; }

    /// <summary>The holders of connections, longest first; at most five.</summary>
    public IReadOnlyList<LeaseHolder> LongestHolders { get; }

    /// <summary>
    /// The last failure to open a connection, with its time; <see langword="null"/> when none failed since the last
    /// success.
    /// </summary>
    public OpenFailure? LastOpenFailure { get; }

    /// <summary>Always <see langword="true"/>: connections come back.</summary>
    public override bool IsTransient => true;
}
