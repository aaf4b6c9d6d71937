namespace Cenote;

/// <summary>Why a physical connection was closed.</summary>
public enum CloseReason
{
    /// <summary>Unused for longer than <see cref="ConnectionPoolOptions.MaxIdleTime"/>.</summary>
    Idle,

    /// <summary>Older than <see cref="ConnectionPoolOptions.MaxLifetime"/>.</summary>
    Lifetime,

    /// <summary>Found broken when it was returned, or lost while it was held.</summary>
    ConnectionLost,

    /// <summary>A validation failed.</summary>
    ValidationFailed,

    /// <summary>Its session could not be cleared.</summary>
    ResetFailed,

    /// <summary>A new generation: the application retired every connection, or drained the pool.</summary>
    Retired,

    /// <summary>The pool was made smaller.</summary>
    PoolShrunk,

    /// <summary>Its holder asked that it not be used again.</summary>
    RequestedByHolder,

    /// <summary>Collected by the garbage collector without having been returned.</summary>
    Abandoned,

    /// <summary>It could not be opened, or nobody needed it when it was.</summary>
    OpenFailed,

    /// <summary>The pool was closed.</summary>
    PoolClosed,

    /// <summary>
    /// A statement was cancelled, and nothing showed that the cancel was not still on its way: it could have ended the
    /// next holder's statement.
    /// </summary>
    CancelOutcomeUnknown,

    /// <summary>Taken away from a holder that kept it for too long, or on request.</summary>
    Revoked,

    /// <summary>
    /// The server refused a write: it has become a replica, and a new connection may lead to its successor.
    /// </summary>
    ReadOnlyServer,

    /// <summary>
    /// A statement ran on after its time limit although it was cancelled: its session was ended under it.
    /// </summary>
    StatementHung,
}
