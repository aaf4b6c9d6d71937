namespace Cenote;

/// <summary>
/// Chooses the server of a read. Implementations must be thread-safe and quick: they run on every read.
/// </summary>
public interface IReplicaStrategy
{
    /// <summary>Chooses one of the servers that can serve now.</summary>
    /// <param name="candidates">Two servers at least. Which ones, and in which order, changes as servers leave and
    /// return; do not keep it.</param>
    /// <returns>The index of the choice. A caller who finds no idle connection there may still be served by another
    /// candidate.</returns>
    int Choose(ReadOnlySpan<ReplicaSetServer> candidates);
}
