namespace Cenote;

/// <summary>The kind of a finding about a pool, or a set of pools.</summary>
public enum FindingKind
{
    /// <summary>The pool was disposed of.</summary>
    Closed,

    /// <summary>The pool is suspended.</summary>
    Suspended,

    /// <summary>The pool is drained.</summary>
    Draining,

    /// <summary>The circuit is isolated.</summary>
    CircuitIsolated,

    /// <summary>The circuit is open, because the database cannot be reached.</summary>
    CircuitOpen,

    /// <summary>No connection is open, and none can be opened.</summary>
    Unreachable,

    /// <summary>The database rejects the credentials.</summary>
    CredentialsRefused,

    /// <summary>The server accepts no more connections.</summary>
    ServerFull,

    /// <summary>The pool has not reached its minimum size since its start.</summary>
    NotFilled,

    /// <summary>Callers wait too long, for any reason.</summary>
    Saturated,

    /// <summary>The pool stands still, because holders wait for a second connection.</summary>
    NestedRentDeadlock,

    /// <summary>Leases look forgotten.</summary>
    LeakSuspected,

    /// <summary>
    /// Callers wait because every lease takes longer than in a quiet pool.
    /// </summary>
    DatabaseSaturated,

    /// <summary>Callers wait because a few leases are very long.</summary>
    SlowQueries,

    /// <summary>
    /// Callers wait although leases are as short as usual: the load exceeds the connections.
    /// </summary>
    PoolTooSmall,

    /// <summary>Connections are constantly closed and opened.</summary>
    ConnectionChurn,

    /// <summary>A set of replicas has no primary.</summary>
    NoPrimary,

    /// <summary>A set of replicas has no usable replica.</summary>
    NoReplica,

    /// <summary>A server of a set is not used.</summary>
    ReplicaEvicted,

    /// <summary>The server rejects the settings, for example an unknown database or a start-up parameter.</summary>
    SettingsRefused,

    /// <summary>The address of one server of a set connects to several servers.</summary>
    MultipleServers,

    /// <summary>
    /// Connections wait for locks at the server, see <see cref="ConnectionPoolOptions.ServerDiagnosis"/>.
    /// </summary>
    LockWait,

    /// <summary>Callers wait because leases are idle in a transaction.</summary>
    IdleInTransaction,

    /// <summary>Callers wait because the <see cref="ConnectionBudget"/> of the pool has no connection for it.</summary>
    BudgetExhausted,

    /// <summary>
    /// Callers wait because their lane may have no further connection, see <see cref="LaneOptions"/>.
    /// </summary>
    LaneFull,
}
