using Cenote.Providers;

namespace Cenote;

/// <summary>The kind of an event of a pool.</summary>
public enum PoolEventKind
{
    /// <summary>The pool was constructed.</summary>
    Started,

    /// <summary>The pool was closed.</summary>
    Closed,

    /// <summary>A physical connection was opened.</summary>
    ConnectionOpened,

    /// <summary>A physical connection was closed. <see cref="PoolEvent.CloseReason"/> is the reason.</summary>
    ConnectionClosed,

    /// <summary>A connection could not be opened, including retries.</summary>
    OpenFailed,

    /// <summary>A connection failed while it was held, validated or reset. It is closed next.</summary>
    ConnectionFailed,

    /// <summary>The circuit opened because of failures, or was isolated.</summary>
    CircuitOpened,

    /// <summary>The circuit closed.</summary>
    CircuitClosed,

    /// <summary>A lease is held longer than <see cref="LeakDetectionOptions.Threshold"/>.</summary>
    LeakSuspected,

    /// <summary>A lease was garbage-collected without being returned.</summary>
    LeaseAbandoned,

    /// <summary>A lease was revoked from its holder.</summary>
    LeaseRevoked,

    /// <summary>A suspected lease was returned.</summary>
    LeaseReturnedLate,

    /// <summary>The limit was changed by a caller or a sizing policy.</summary>
    Resized,

    /// <summary>The pool was suspended.</summary>
    Suspended,

    /// <summary>The pool was resumed: connections can be rented again.</summary>
    Resumed,

    /// <summary>The pool drains: callers queue, and returned connections are closed.</summary>
    Draining,

    /// <summary>The pool was cleared: every connection is replaced.</summary>
    Cleared,

    /// <summary>Changed settings were applied to the running pool.</summary>
    Reconfigured,

    /// <summary>
    /// A caller got its connection after a wait of at least <see cref="ConnectionPoolOptions.SlowAcquireThreshold"/>.
    /// Recorded at most once a second.
    /// </summary>
    AcquiredSlowly,

    /// <summary>A caller got no connection within its acquire timeout. Recorded at most once a second.</summary>
    AcquireTimedOut,

    /// <summary>
    /// A caller was rejected because too many callers waited, or waited too long. Recorded at most once a second.
    /// </summary>
    Overloaded,

    /// <summary>A maintenance task threw.</summary>
    MaintenanceFailed,

    /// <summary>The diagnosis of the pool changed, see <see cref="ConnectionPool.Diagnose"/>.</summary>
    DiagnosisChanged,

    /// <summary>An operator acted on the pool. <see cref="PoolEvent.Actor"/> is the operator.</summary>
    OperatorAction,

    /// <summary>
    /// A connection detected a problem of its server or of a proxy, see <see cref="Providers.ConnectionWarning"/>.
    /// Recorded once per kind.
    /// </summary>
    ConnectionWarning,

    /// <summary>
    /// Many live pools of this process connect to one database as one user: they are constructed repeatedly and not
    /// disposed of. Recorded once, by the pool that exceeded the number.
    /// </summary>
    ManyPoolsFound,

    /// <summary>
    /// A rent failed because its <see cref="SessionContext"/> could not be set. Recorded at most once a second.
    /// </summary>
    SessionContextFailed,

    /// <summary>
    /// The end of an ambient transaction failed on a connection, and whether the server has committed its work is
    /// unknown. The connection is closed. Work that was prepared for a common commit may be left at the server.
    /// </summary>
    TransactionInDoubt,

    /// <summary>
    /// The server was asked what became of a commit that it had not answered, see
    /// <see cref="RetryOptions.ResolveUnknownCommits"/>.
    /// </summary>
    CommitResolved,

    /// <summary>
    /// A command created by the pool runs again after its connection was lost, see
    /// <see cref="PooledCommand.IsReadOnly"/>. Recorded at most once a second.
    /// </summary>
    StatementRetried,

    /// <summary>
    /// Credentials that expire could not be renewed: the callback failed, hung, or returned credentials that have
    /// expired. Connections are kept. Recorded once until a renewal succeeds.
    /// </summary>
    CredentialsNotRenewed,

    /// <summary>
    /// The server reported that leases wait for locks, or were idle in a transaction for a second, while callers waited
    /// or a lease was long, see <see cref="ConnectionPoolOptions.ServerDiagnosis"/>. Recorded once
    /// for the same call sites, until none is left.
    /// </summary>
    SessionsBlocked,

    /// <summary>
    /// A sizing policy that only recommends has recommended a size, see <see cref="ISizingPolicy.RecommendsOnly"/>.
    /// </summary>
    SizeRecommended,

    /// <summary>
    /// The pool began to wait for its <see cref="ConnectionBudget"/>, because callers wait and other pools have its
    /// connections. Recorded at most once a second.
    /// </summary>
    BudgetExhausted,
}
