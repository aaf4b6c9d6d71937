namespace Cenote;

/// <summary>The reason why a physical connection was closed.</summary>
public enum CloseReason
{
    /// <summary>The connection was idle longer than <see cref="ConnectionPoolOptions.MaxIdleTime"/>.</summary>
    Idle,

    /// <summary>The connection was older than <see cref="ConnectionPoolOptions.MaxLifetime"/>.</summary>
    Lifetime,

    /// <summary>The connection was broken when it was returned, or was lost while it was held.</summary>
    ConnectionLost,

    /// <summary>A validation failed.</summary>
    ValidationFailed,

    /// <summary>The reset of its session failed.</summary>
    ResetFailed,

    /// <summary>The application cleared or drained the pool.</summary>
    Retired,

    /// <summary>The limit of the pool was lowered.</summary>
    PoolShrunk,

    /// <summary>Its holder requested that it be closed on return.</summary>
    RequestedByHolder,

    /// <summary>The lease was garbage-collected without being returned.</summary>
    Abandoned,

    /// <summary>The connection could not be opened, or was no longer needed when it was open.</summary>
    OpenFailed,

    /// <summary>The pool was closed.</summary>
    PoolClosed,

    /// <summary>
    /// A statement was cancelled, and the cancel may still be on its way. It could cancel a statement of the next
    /// holder.
    /// </summary>
    CancelOutcomeUnknown,

    /// <summary>The lease was revoked, on request or because it was held too long.</summary>
    Revoked,

    /// <summary>
    /// The server rejected a write because it has become a replica. A new connection may reach the new primary.
    /// </summary>
    ReadOnlyServer,

    /// <summary>
    /// A statement continued after its query timeout although it was cancelled. Its session was ended.
    /// </summary>
    StatementHung,

    /// <summary>The end of an ambient transaction on the connection failed, or its outcome is unknown.</summary>
    TransactionFailed,

    /// <summary>
    /// The credentials that it was opened with expire soon (<see cref="DatabaseCredentials.ExpiresAt"/>), and new ones
    /// were available.
    /// </summary>
    CredentialsExpiring,

    /// <summary>
    /// It made room for another pool of its <see cref="ConnectionBudget"/>, or the budget was made smaller.
    /// </summary>
    BudgetReclaimed,
}
