using System.Data.Common;

namespace Cenote.Providers;

/// <summary>An ability of a provider: it reads the replication position of a server. Causal reads need it.</summary>
/// <remarks>Members may be called from many threads at once.</remarks>
public interface IReplicationPositionReader
{
    /// <summary>Reads the replication position of the server behind a connection. Takes a round trip.</summary>
    /// <param name="connection">An open connection of the driver that is not in use.</param>
    /// <param name="timeout">The timeout of the read, above 0. Drivers count in whole seconds.</param>
    /// <returns>
    /// On a primary the position of everything committed before the call, on a replica the position of what can be read
    /// there. <see langword="null"/> when the server has no positions, or does not show them to this user.
    /// </returns>
    ReplicationPosition? ReadPosition(DbConnection connection, TimeSpan timeout);

    /// <inheritdoc cref="ReadPosition"/>
    /// <param name="connection">An open connection of the driver that is not in use.</param>
    /// <param name="cancellationToken">A token to cancel the wait.</param>
    ValueTask<ReplicationPosition?> ReadPositionAsync(DbConnection connection, CancellationToken cancellationToken);

    /// <summary>Parses the text of a position.</summary>
    /// <param name="text">The result of <see cref="ReplicationPosition.ToString"/>, perhaps from another
    /// process.</param>
    /// <exception cref="FormatException">The text is not a position of this database. The text is untrusted and is not
    /// quoted.</exception>
    ReplicationPosition ParsePosition(string text);
}
