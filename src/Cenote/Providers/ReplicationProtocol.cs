using System.Data.Common;

namespace Cenote.Providers;

/// <summary>
/// How to ask a database family about its replication. Positions are texts in the database's own notation. Members may be called from many
/// threads at once, each with a connection of its own.
/// </summary>
public abstract class ReplicationProtocol
{
    /// <summary>Asks a server what it is, how far behind, and what it has replayed. One round trip where the database allows.</summary>
    /// <param name="connection">The driver's open connection.</param>
    /// <param name="cancellationToken">Signalled when the server takes too long.</param>
    public abstract ValueTask<ServerStatus> ReadStatusAsync(DbConnection connection, CancellationToken cancellationToken);

    /// <summary>Reads, on a primary, a position that covers everything committed there so far.</summary>
    /// <param name="connection">The driver's open connection.</param>
    /// <param name="cancellationToken">Ends the wait for the answer.</param>
    public abstract ValueTask<string> ReadPositionAsync(DbConnection connection, CancellationToken cancellationToken);

    /// <summary>Waits, on a replica, until it has replayed a position.</summary>
    /// <param name="connection">The driver's open connection.</param>
    /// <param name="position">The position.</param>
    /// <param name="timeout">The longest wait.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns><see langword="false"/> when the time was up first.</returns>
    public abstract ValueTask<bool> WaitForPositionAsync(DbConnection connection, string position, TimeSpan timeout, CancellationToken cancellationToken);

    /// <summary>Whether whoever has replayed the one position has replayed all of the other.</summary>
    /// <param name="replayed">What a server has replayed.</param>
    /// <param name="wanted">What it should have.</param>
    public abstract bool Covers(string replayed, string wanted);

    /// <summary>A position that covers both.</summary>
    /// <param name="first">One position.</param>
    /// <param name="second">The other.</param>
    public abstract string Combine(string first, string second);

    /// <summary>Whether a text is a position in the database's notation.</summary>
    /// <param name="text">Any text.</param>
    public abstract bool IsPosition(string text);
}
