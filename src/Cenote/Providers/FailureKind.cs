namespace Cenote;

/// <summary>The meaning of a driver's exception for the connection and for the pool.</summary>
public enum FailureKind
{
    /// <summary>The statement failed; the connection still works.</summary>
    Other,

    /// <summary>The connection is lost, and other connections to the same server may be lost too.</summary>
    ConnectionLost,

    /// <summary>Another try may succeed: a deadlock, a serialization failure, a busy database.</summary>
    Transient,

    /// <summary>The server currently accepts no more connections.</summary>
    TooManyConnections,

    /// <summary>
    /// The server refuses writes because it is, or has become, a replica. The connection is not rented again.
    /// </summary>
    ReadOnlyServer,

    /// <summary>The credentials were refused. Another try cannot succeed.</summary>
    InvalidCredentials,

    /// <summary>A statement exceeded its timeout.</summary>
    QueryTimeout,

    /// <summary>
    /// The server answers, but refuses the settings: an unknown database, a start-up parameter. Another try cannot
    /// succeed until they change.
    /// </summary>
    InvalidConfiguration,
}
