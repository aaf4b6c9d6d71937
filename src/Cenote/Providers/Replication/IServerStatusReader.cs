using System.Data.Common;

namespace Cenote.Providers;

/// <summary>
/// An ability of a provider: it reads whether a server is a primary or a replica, and how far behind.
/// </summary>
/// <remarks>Members may be called from many threads at once.</remarks>
public interface IServerStatusReader
{
    /// <summary>Reads the status of the server behind a connection. Takes a round trip.</summary>
    /// <param name="connection">An open connection of the driver that is not in use.</param>
    /// <param name="cancellationToken">A token to cancel the wait.</param>
    ValueTask<ServerStatus> ReadStatusAsync(DbConnection connection, CancellationToken cancellationToken);
}
