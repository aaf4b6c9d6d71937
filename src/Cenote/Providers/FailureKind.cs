namespace Cenote;

/// <summary>The meaning of a driver's exception for the connection and for the pool.</summary>
public enum FailureKind
{
    /// <summary>The statement failed; the connection is as good as before.</summary>
    Other,

    /// <summary>The connection is lost, and others to the same server may be.</summary>
    ConnectionLost,

    /// <summary>Trying again may succeed: a deadlock, a serialization failure, a busy database.</summary>
    Transient,

    /// <summary>The server accepts no more connections for now.</summary>
    TooManyConnections,

    /// <summary>The server refuses writes: it is, or has become, a replica. The connection is not lent again.</summary>
    ReadOnlyServer,

    /// <summary>The credentials were refused; trying again is pointless.</summary>
    InvalidCredentials,

    /// <summary>A statement ran into its time limit.</summary>
    QueryTimeout,

    /// <summary>
    /// The server answers, and refuses what the settings ask for: an unknown database, a start-up parameter. Trying
    /// again is pointless until they change.
    /// </summary>
    InvalidConfiguration,
}
