namespace Cenote;

/// <summary>What a session of the server is doing.</summary>
public enum SessionState
{
    /// <summary>Not known: the user of the pool may not see it, or the server does not report it.</summary>
    Unknown,

    /// <summary>The session waits for its next statement, and has no transaction open.</summary>
    Idle,

    /// <summary>The session waits for its next statement in an open transaction, whose locks it keeps.</summary>
    IdleInTransaction,

    /// <summary>The session executes a statement, or waits for a lock in it.</summary>
    Running,

    /// <summary>
    /// The session executes a statement and waits for its client: to take more of the result, or to send more of the
    /// statement or of its data.
    /// </summary>
    WaitingForClient,
}
