namespace Cenote.Leasing;

/// <summary>How the pool itself ended a lease.</summary>
/// <param name="Kind">Revoked or abandoned.</param>
/// <param name="PoolName">The pool's name.</param>
/// <param name="Lease">The lease as it was then.</param>
/// <param name="Limit">How long it was allowed to be held; <see langword="null"/> when somebody revoked it by
/// hand.</param>
internal sealed record LeaseEnding(LeakKind Kind, string PoolName, LeaseInfo Lease, TimeSpan? Limit)
{
    internal LeaseRevokedException ToException(Exception? failure) => new(PoolName, Lease, Limit, failure);
}
