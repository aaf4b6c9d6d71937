namespace Cenote;

/// <summary>
/// No connection could be had within the acquire timeout. Carries the pool's numbers at that moment, the longest holders
/// with their call sites, and the last failure to open a connection as inner exception.
/// </summary>
public sealed class PoolTimeoutException : PoolException
{
    internal PoolTimeoutException(
        string poolName,
        TimeSpan acquireTimeout,
        PoolCounts counts,
        IReadOnlyList<LeaseHolder> longestHolders,
        OpenFailure? lastOpenFailure,
        string message)
        : base(poolName, message, lastOpenFailure?.Exception)
    {
        AcquireTimeout = acquireTimeout;
        Counts = counts;
        LongestHolders = longestHolders;
        LastOpenFailure = lastOpenFailure;
        HelpLink = "docs/troubleshooting.md#acquire-timeout";
    }

    /// <summary>How long the caller waited at most.</summary>
    public TimeSpan AcquireTimeout { get; }

    /// <summary>The pool's numbers when the time ran out.</summary>
    public PoolCounts Counts { get; }

    /// <summary>The holders of connections, longest first; at most five.</summary>
    public IReadOnlyList<LeaseHolder> LongestHolders { get; }

    /// <summary>The last failure to open a connection, with its time; <see langword="null"/> when none failed since the last success.</summary>
    public OpenFailure? LastOpenFailure { get; }

    /// <summary>Always <see langword="true"/>: connections come back.</summary>
    public override bool IsTransient => true;
}
