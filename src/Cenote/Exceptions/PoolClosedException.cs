namespace Cenote;

/// <summary>The exception for a rent from a pool that was disposed of before, or while the caller waited.</summary>
public sealed class PoolClosedException : PoolException
{
    internal PoolClosedException(string poolName)
        : base(poolName, $"Pool '{poolName}' is closed: it was disposed of, and its connections can no longer be rented. Dispose of a pool only when it is no longer used.", innerException: null) =>
        HelpLink = Help.Link("troubleshooting.md", "pool-closed");
}
