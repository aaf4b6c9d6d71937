using Cenote.Providers;

namespace Cenote;

/// <summary>What happened in a pool.</summary>
public enum PoolEventKind
{
    /// <summary>The pool was constructed.</summary>
    Started,

    /// <summary>The pool was closed.</summary>
    Closed,

    /// <summary>A physical connection was opened.</summary>
    ConnectionOpened,

    /// <summary>A physical connection was closed; <see cref="PoolEvent.CloseReason"/> says why.</summary>
    ConnectionClosed,

    /// <summary>A connection could not be opened, retries included.</summary>
    OpenFailed,

    /// <summary>A connection failed while it was held, checked or cleared. Its closing follows.</summary>
    ConnectionFailed,

    /// <summary>The circuit has opened, by itself or by hand.</summary>
    CircuitOpened,

    /// <summary>The circuit has closed.</summary>
    CircuitClosed,

    /// <summary>A lease is held for longer than <see cref="LeakDetectionOptions.Threshold"/>.</summary>
    LeakSuspected,

    /// <summary>A lease was garbage-collected without having been returned.</summary>
    LeaseAbandoned,

    /// <summary>A lease was taken away from its holder.</summary>
    LeaseRevoked,

    /// <summary>A suspected lease was returned after all.</summary>
    LeaseReturnedLate,

    /// <summary>The size was changed, by hand or by a sizing policy.</summary>
    Resized,

    /// <summary>The pool was suspended.</summary>
    Suspended,

    /// <summary>The pool lends again.</summary>
    Resumed,

    /// <summary>The pool drains: it lends no more, and closes what comes back.</summary>
    Draining,

    /// <summary>Every connection is to be replaced.</summary>
    Cleared,

    /// <summary>The running pool follows changed settings.</summary>
    Reconfigured,

    /// <summary>
    /// A caller got its connection, after a wait of at least <see cref="ConnectionPoolOptions.SlowAcquireThreshold"/>.
    /// Said once a second at most.
    /// </summary>
    AcquiredSlowly,

    /// <summary>A caller had no connection within its acquire timeout. Said once a second at most.</summary>
    AcquireTimedOut,

    /// <summary>
    /// A caller was turned away because too many waited, or had waited too long. Said once a second at most.
    /// </summary>
    Overloaded,

    /// <summary>A task of upkeep, or an event handler of yours, threw.</summary>
    MaintenanceFailed,

    /// <summary>The pool's verdict on itself has changed, see <see cref="ConnectionPool.Diagnose"/>.</summary>
    DiagnosisChanged,

    /// <summary>Somebody did something to the pool; <see cref="PoolEvent.Actor"/> says who.</summary>
    OperatorAction,

    /// <summary>
    /// A connection found out something about its server or a proxy between, see
    /// <see cref="Providers.ConnectionWarning"/>. Recorded once for each kind.
    /// </summary>
    ConnectionWarning,

    /// <summary>
    /// Many pools of this process lead to one database as one user: they are constructed again and again, and not
    /// disposed of. Recorded once, by the pool that was one too many.
    /// </summary>
    ManyPoolsFound,
}
