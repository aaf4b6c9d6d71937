namespace Cenote;

/// <summary>
/// A strategy that chooses the server of a read. Implementations must be thread-safe and quick: they run on every read.
/// </summary>
public interface IReplicaStrategy
{
    /// <summary>Chooses one of the servers that can serve now.</summary>
    /// <param name="candidates">At least two servers. They and their order change as servers are evicted and
    /// recover; do not keep it.</param>
    /// <returns>The index of the choice. A caller that finds no idle connection there may still be served by another
    /// candidate.</returns>
    int Choose(ReadOnlySpan<ReplicaSetServer> candidates);
}
