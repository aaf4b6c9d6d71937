namespace Cenote;

/// <summary>The pool was disposed of before or while the caller asked for a connection.</summary>
public sealed class PoolClosedException : PoolException
{
    internal PoolClosedException(string poolName)
        : base(poolName, $"Pool '{poolName}' is closed: it was disposed of and lends no more connections. Dispose of a pool only when nothing uses it any more.", innerException: null) =>
        HelpLink = Help.Link("troubleshooting.md", "pool-closed");
}
