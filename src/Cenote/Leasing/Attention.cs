namespace Cenote.Leasing;

/// <summary>The reasons why rents and returns must take the slow path. Nearly always zero.</summary>
[Flags]
internal enum Attention
{
    None = 0,

    /// <summary>Callers are queued: new callers queue behind them, and returns serve them.</summary>
    Waiting = 1,

    /// <summary>Renting is suspended.</summary>
    Suspended = 2,

    /// <summary>The pool is closed.</summary>
    Closed = 4,

    /// <summary>More connections are open than the limit allows.</summary>
    Shrinking = 8,

    /// <summary>A caller waits for a condition of the pool's counts.</summary>
    Watched = 16,

    /// <summary>The circuit was opened manually: no caller is served.</summary>
    Isolated = 32,

    /// <summary>
    /// Rents are checked for nested ones, for the lifetime of the pool: no rent takes the short path. Returns may.
    /// </summary>
    Guarded = 64,

    /// <summary>
    /// The pool waits for a permit of its budget, or another one does and this pool has connections to give up.
    /// </summary>
    Budgeted = 128,

    /// <summary>
    /// The pool has lanes, for its lifetime: rents and returns are counted under the lock, and no rent takes the short
    /// path.
    /// </summary>
    Laned = 256,

    /// <summary>A caller that waits elsewhere wants a connection that no caller of this pool waits for.</summary>
    Wanted = 512,

    /// <summary>The bits that are set for the lifetime of a pool, and ask for no settlement.</summary>
    Lasting = Guarded | Laned,

    /// <summary>The bits that leave everything as it is while callers wait in this pool.</summary>
    Aside = Lasting | Wanted,
}
