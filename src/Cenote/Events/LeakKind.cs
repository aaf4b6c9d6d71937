namespace Cenote;

/// <summary>What became known of a lease that is not returned as it should be.</summary>
public enum LeakKind
{
    /// <summary>Held for longer than <see cref="LeakDetectionOptions.Threshold"/>. Told once for each lease.</summary>
    Suspected,

    /// <summary>A suspected lease was returned after all: slow, not leaked. Told once.</summary>
    ReturnedLate,

    /// <summary>
    /// A <see cref="PooledConnection"/> was garbage-collected unreturned: a proven leak. The pool has its slot back.
    /// </summary>
    Abandoned,

    /// <summary>
    /// The lease was taken away from its holder, on request or after <see cref="LeakDetectionOptions.RevokeAfter"/>.
    /// </summary>
    Revoked,
}
