using System.Data.Common;

namespace Cenote.Providers;

/// <summary>
/// An ability of a provider: to query the server for what its sessions are doing, and for whose locks they wait.
/// </summary>
public interface ISessionActivityReader
{
    /// <summary>
    /// Returns the session of a connection as the client knows it. Called from any thread, also while the holder is
    /// inside the driver. Must neither block nor send anything.
    /// </summary>
    /// <param name="connection">A connection of the pool.</param>
    /// <returns><see langword="null"/> when it is not known, for example because the session has ended.</returns>
    SessionIdentity? GetSession(PhysicalConnection connection);

    /// <summary>
    /// Queries the server for some sessions, and for the sessions that block them, directly or through others. Must be
    /// cheap for the server, because it is busy.
    /// </summary>
    /// <param name="connection">An open connection of the driver that is not in use.</param>
    /// <param name="sessionIds">The ids of the sessions. The server may not have all of them.</param>
    /// <param name="includesStatements">Whether statements are read, too.</param>
    /// <param name="timeout">The timeout of the statement.</param>
    /// <param name="cancellationToken">A token to cancel the wait.</param>
    ValueTask<SessionReading> ReadActivityAsync(DbConnection connection, IReadOnlyCollection<long> sessionIds, bool includesStatements, TimeSpan timeout, CancellationToken cancellationToken);
}
