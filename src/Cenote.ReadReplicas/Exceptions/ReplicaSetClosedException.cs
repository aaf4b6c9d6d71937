namespace Cenote;

/// <summary>The set was disposed of before or while the caller asked for a connection.</summary>
public sealed class ReplicaSetClosedException : PoolException
{
    internal ReplicaSetClosedException(string setName)
        : base(setName, $"Set '{setName}' is closed: it was disposed of and lends no more connections. Dispose of a set only when nothing uses it any more.", innerException: null) =>
        HelpLink = Help.Link("troubleshooting.md", "pool-closed");
}
