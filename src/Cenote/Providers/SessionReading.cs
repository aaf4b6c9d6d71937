namespace Cenote.Providers;

/// <summary>The answer of a server that was queried for its sessions.</summary>
/// <param name="own">The session that was used for the query, as the server knows it.</param>
/// <param name="sessions">The sessions that were found, in any order.</param>
public sealed class SessionReading(ServerSession own, IReadOnlyList<ServerSession> sessions)
{
    /// <summary>Gets the session that was used for the query, as the server knows it.</summary>
    public ServerSession Own { get; } = own;

    /// <summary>Gets the sessions that were found, in any order.</summary>
    public IReadOnlyList<ServerSession> Sessions { get; } = sessions;

    /// <summary>
    /// Gets what the user of the pool may not see, and what would change that, as a sentence; <see langword="null"/>
    /// when it saw everything.
    /// </summary>
    public string? Limitation { get; init; }
}
