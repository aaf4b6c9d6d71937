namespace Cenote;

/// <summary>Whether a pool lends.</summary>
public enum PoolState
{
    /// <summary>It does. The normal state.</summary>
    Running,

    /// <summary>
    /// <see cref="ConnectionPool.Suspend"/> was called: callers queue until <see cref="ConnectionPool.Resume"/>.
    /// </summary>
    Suspended,

    /// <summary>
    /// <see cref="ConnectionPool.DrainAsync"/> was called: callers queue, connections close as they come back, until
    /// <see cref="ConnectionPool.Resume"/>.
    /// </summary>
    Draining,

    /// <summary>The pool was disposed of: no connection can be rented.</summary>
    Closed,
}
