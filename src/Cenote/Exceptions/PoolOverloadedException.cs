namespace Cenote;

/// <summary>The pool turned the caller away to protect the others: too many wait already, or waits have been too long for too long.</summary>
public sealed class PoolOverloadedException : PoolException
{
    internal PoolOverloadedException(string poolName, PoolCounts counts, IReadOnlyList<LeaseHolder> longestHolders, string message)
        : base(poolName, message, innerException: null)
    {
        Counts = counts;
        LongestHolders = longestHolders;
        HelpLink = "docs/troubleshooting.md#overload";
    }

    /// <summary>The pool's numbers when the caller was turned away.</summary>
    public PoolCounts Counts { get; }

    /// <summary>The holders of connections, longest first; at most five.</summary>
    public IReadOnlyList<LeaseHolder> LongestHolders { get; }

    /// <summary>Always <see langword="true"/>: overload passes.</summary>
    public override bool IsTransient => true;
}
