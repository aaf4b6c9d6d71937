namespace Cenote.Leasing;

/// <summary>The end of a lease by the pool itself.</summary>
/// <param name="Kind">Revoked or abandoned.</param>
/// <param name="PoolName">The pool's name.</param>
/// <param name="Lease">The lease as it was then.</param>
/// <param name="Limit">The age limit of leases; <see langword="null"/> when the lease was revoked manually.</param>
internal sealed record LeaseEnding(LeakKind Kind, string PoolName, LeaseInfo Lease, TimeSpan? Limit)
{
    /// <summary>Gets whether the rollback of an ambient transaction ended the lease.</summary>
    internal bool IsRolledBack { get; init; }

    internal LeaseRevokedException ToException(Exception? failure) => new(PoolName, Lease, Limit, failure, IsRolledBack);
}
