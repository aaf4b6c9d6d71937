using System.Data.Common;

namespace Cenote.Providers;

/// <summary>
/// An ability of a provider: a replica itself waits until it has reached a position. Without it, replicas are asked
/// again and again.
/// </summary>
/// <remarks>Members may be called from many threads at once.</remarks>
public interface IReplicationPositionWaiter
{
    /// <summary>Waits at the server behind a connection until it has reached a position.</summary>
    /// <param name="connection">An open connection of the driver that is not in use.</param>
    /// <param name="position">A position that <see cref="IReplicationPositionReader"/> of the same provider has
    /// read.</param>
    /// <param name="timeout">The maximum wait, above 0, as the server itself measures it. The server must not go on
    /// waiting after it.</param>
    /// <param name="cancellationToken">A token to cancel the call, after which the connection is closed.</param>
    /// <returns>The position of what can be read there when the wait has ended, whether or not it was reached.
    /// <see langword="null"/> when this server cannot wait, or not for this position.</returns>
    ValueTask<ReplicationPosition?> WaitForPositionAsync(DbConnection connection, ReplicationPosition position, TimeSpan timeout, CancellationToken cancellationToken);
}
