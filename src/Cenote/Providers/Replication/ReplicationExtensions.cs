using System.Data.Common;

namespace Cenote.Providers;

/// <summary>
/// Extension methods that read the replication state with any provider, also one without
/// <see cref="IServerStatusReader"/> or <see cref="IReplicationPositionReader"/>.
/// </summary>
public static class ReplicationExtensions
{
    /// <summary>
    /// Reads whether the server behind a connection is a primary or a replica, and how far behind. Takes a round trip.
    /// </summary>
    /// <param name="provider">The provider of the connection.</param>
    /// <param name="connection">An open connection of the driver that is not in use.</param>
    /// <param name="cancellationToken">A token to cancel the wait.</param>
    /// <returns><see cref="ServerStatus.Unknown"/> when the provider is not an
    /// <see cref="IServerStatusReader"/>.</returns>
    public static ValueTask<ServerStatus> ReadStatusAsync(this DatabaseProvider provider, DbConnection connection, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(provider);
        return provider is IServerStatusReader reader ? reader.ReadStatusAsync(connection, cancellationToken) : new(ServerStatus.Unknown);
    }

    /// <summary>Reads the replication position of the server behind a connection. Takes a round trip.</summary>
    /// <param name="provider">The provider of the connection.</param>
    /// <param name="connection">An open connection of the driver that is not in use.</param>
    /// <param name="timeout">The timeout of the read, above 0. Drivers count in whole seconds.</param>
    /// <returns><see langword="null"/> when the provider is not an <see cref="IReplicationPositionReader"/>, or the
    /// server does not report positions.</returns>
    public static ReplicationPosition? ReadPosition(this DatabaseProvider provider, DbConnection connection, TimeSpan timeout)
    {
        ArgumentNullException.ThrowIfNull(provider);
        return (provider as IReplicationPositionReader)?.ReadPosition(connection, timeout);
    }

    /// <inheritdoc cref="ReadPosition"/>
    /// <param name="provider">The provider of the connection.</param>
    /// <param name="connection">An open connection of the driver that is not in use.</param>
    /// <param name="cancellationToken">A token to cancel the wait.</param>
    public static ValueTask<ReplicationPosition?> ReadPositionAsync(this DatabaseProvider provider, DbConnection connection, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(provider);
        return provider is IReplicationPositionReader reader ? reader.ReadPositionAsync(connection, cancellationToken) : new(default(ReplicationPosition));
    }

    /// <summary>Parses the text of a position.</summary>
    /// <param name="provider">The provider of the database that the position belongs to.</param>
    /// <param name="text">The result of <see cref="ReplicationPosition.ToString"/>, perhaps from another
    /// process.</param>
    /// <exception cref="FormatException">The text is not a position of this database.</exception>
    /// <exception cref="NotSupportedException">The provider is not an
    /// <see cref="IReplicationPositionReader"/>.</exception>
    public static ReplicationPosition ParsePosition(this DatabaseProvider provider, string text)
    {
        ArgumentNullException.ThrowIfNull(provider);
        return provider is IReplicationPositionReader reader
            ? reader.ParsePosition(text)
            : throw new NotSupportedException($"The provider for {provider.DatabaseSystem} does not support replication positions.");
    }
}
