namespace Cenote;

/// <summary>The set was disposed before or while the caller waited for a connection.</summary>
public sealed class ReplicaSetClosedException : PoolException
{
    internal ReplicaSetClosedException(string setName)
        : base(setName, $"Set '{setName}' is closed, because it was disposed. Dispose of a set only when it is not used any more.", innerException: null) =>
        HelpLink = Help.Link("troubleshooting.md", "pool-closed");
}
