namespace Cenote;

/// <summary>The state of a pool.</summary>
public enum PoolState
{
    /// <summary>Connections can be rented. This is the normal state.</summary>
    Running,

    /// <summary>
    /// <see cref="ConnectionPool.Suspend"/> was called. Callers queue until <see cref="ConnectionPool.Resume"/>.
    /// </summary>
    Suspended,

    /// <summary>
    /// <see cref="ConnectionPool.DrainAsync"/> was called. Callers queue and returned connections are closed, until
    /// <see cref="ConnectionPool.Resume"/>.
    /// </summary>
    Draining,

    /// <summary>The pool was disposed of. No connection can be rented.</summary>
    Closed,
}
