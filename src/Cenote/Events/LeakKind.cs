namespace Cenote;

/// <summary>The kind of a leak report.</summary>
public enum LeakKind
{
    /// <summary>
    /// The lease is held longer than <see cref="LeakDetectionOptions.Threshold"/>. Reported once per lease.
    /// </summary>
    Suspected,

    /// <summary>A suspected lease was returned: slow, not leaked. Reported once.</summary>
    ReturnedLate,

    /// <summary>
    /// A <see cref="PooledConnection"/> was garbage-collected without being returned. The pool has its slot back.
    /// </summary>
    Abandoned,

    /// <summary>
    /// The lease was taken away from its holder, on request or after <see cref="LeakDetectionOptions.RevokeAfter"/>.
    /// </summary>
    Revoked,
}
