namespace Cenote;

/// <summary>
/// The pool turned the caller away to protect the others: too many wait already, or waits have been too long for too
/// long.
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

    /// <summary>The pool's numbers at the moment <see cref="CountedAt"/>.</summary>
    public PoolCounts Counts { get; }

    /// <summary>When <see cref="Counts"/> and <see cref="LongestHolders"/> were read: a few milliseconds before the
    /// exception at most. Callers that are turned away together share them.</summary>
    public DateTimeOffset CountedAt { get; }

    /// <summary>The holders of connections, longest first; at most five.</summary>
    public IReadOnlyList<LeaseHolder> LongestHolders { get; }

    /// <summary>Always <see langword="true"/>: overload passes.</summary>
    public override bool IsTransient => true;
}
