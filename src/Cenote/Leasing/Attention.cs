namespace Cenote.Leasing;

/// <summary>Why rents and returns must take the slow path. Zero nearly always.</summary>
[Flags]
internal enum Attention
{
    None = 0,

    /// <summary>Callers are queued: newcomers queue behind them, returns serve them.</summary>
    Waiting = 1,

    /// <summary>Nothing is lent.</summary>
    Suspended = 2,

    /// <summary>The pool is closed.</summary>
    Closed = 4,

    /// <summary>More connections are open than the limit allows.</summary>
    Shrinking = 8,

    /// <summary>Someone awaits a condition of the pool's counts.</summary>
    Watched = 16,

    /// <summary>The circuit was opened by hand: nobody is served.</summary>
    Isolated = 32,

    /// <summary>
    /// Rents are watched for nested ones, for the life of the pool: none takes the short path. Returns may.
    /// </summary>
    Guarded = 64,
}
