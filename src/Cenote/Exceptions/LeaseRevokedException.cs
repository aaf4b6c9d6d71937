namespace Cenote;

/// <summary>
/// The exception for the use of a revoked lease, whose holder kept it too long or was asked to return it, or whose
/// ambient transaction was rolled back while the connection was open. Its physical connection is closed and was not
/// rented again. The inner exception is the driver's, if a call was in progress. Close or dispose as usual, and rent or
/// open again.
/// </summary>
public sealed class LeaseRevokedException : PoolException
{
    internal LeaseRevokedException(string poolName, LeaseInfo lease, TimeSpan? limit, Exception? failure, bool isRolledBack = false)
        : base(poolName, isRolledBack ? DescribeRollback(poolName, lease) : Describe(poolName, lease, limit), failure)
    {
        Lease = lease;
        RevokeAfter = limit;
        HelpLink = Help.Link("troubleshooting.md", "lease-revoked");
    }

    /// <summary>Gets the lease as it was when it was revoked, with its call site and age.</summary>
    public LeaseInfo Lease { get; }

    /// <summary>
    /// Gets the age limit of leases (<see cref="LeakDetectionOptions.RevokeAfter"/>); <see langword="null"/> when
    /// <see cref="ConnectionPool.TryRevoke"/> or a rollback revoked the lease.
    /// </summary>
    public TimeSpan? RevokeAfter { get; }

    private static string DescribeRollback(string poolName, LeaseInfo lease) =>
        $"Pool '{poolName}' has revoked this lease, rented at {lease.CallSite}, because the ambient transaction in which it was opened was rolled back, by its owner or its timeout. Later statements would have been committed at once, outside of the transaction. Its connection was closed. Close the connection before the scope ends, or allow the scope more time; then open again.";

    private static string Describe(string poolName, LeaseInfo lease, TimeSpan? limit) => FormattableString.Invariant(
        $"Pool '{poolName}' has revoked this lease, rented at {lease.CallSite} and held for {lease.Age.TotalSeconds:F1} s{(limit is { } allowed ? FormattableString.Invariant($", longer than LeakDetection.RevokeAfter ({allowed.TotalSeconds:0.#} s)") : " when its revocation was requested")}. Its connection was closed. Return connections sooner, or allow more time; then rent again.");
}
