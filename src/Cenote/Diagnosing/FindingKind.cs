namespace Cenote;

/// <summary>What may be wrong with a pool, or a set of pools.</summary>
public enum FindingKind
{
    /// <summary>The pool was disposed of.</summary>
    Closed,

    /// <summary>The pool is suspended.</summary>
    Suspended,

    /// <summary>The pool is drained.</summary>
    Draining,

    /// <summary>The circuit was opened by hand.</summary>
    CircuitIsolated,

    /// <summary>The circuit is open: the database cannot be reached.</summary>
    CircuitOpen,

    /// <summary>No connection is open, and none can be opened.</summary>
    Unreachable,

    /// <summary>The database refuses the credentials.</summary>
    CredentialsRefused,

    /// <summary>The server has no connection left for the pool.</summary>
    ServerFull,

    /// <summary>The minimum has never been open yet.</summary>
    NotFilled,

    /// <summary>Callers wait too long, whatever the reason.</summary>
    Saturated,

    /// <summary>The pool stands still, since holders wait for a second connection.</summary>
    NestedRentDeadlock,

    /// <summary>Connections are held that look forgotten.</summary>
    LeakSuspected,

    /// <summary>
    /// Callers wait because everything in the database takes longer than it does when there is little to do.
    /// </summary>
    DatabaseSaturated,

    /// <summary>Callers wait because a few uses are very long.</summary>
    SlowQueries,

    /// <summary>
    /// Callers wait although uses are as short as ever: there is more to do than the connections can.
    /// </summary>
    PoolTooSmall,

    /// <summary>Connections are closed and opened all the time.</summary>
    ConnectionChurn,

    /// <summary>A set of replicas has no primary.</summary>
    NoPrimary,

    /// <summary>A set of replicas has no replica that serves.</summary>
    NoReplica,

    /// <summary>A server of a set is not used.</summary>
    ReplicaEvicted,

    /// <summary>The server refuses what the settings ask for: an unknown database, a start-up parameter.</summary>
    SettingsRefused,

    /// <summary>The address of a server of a set leads to several servers.</summary>
    MultipleServers,
}
