namespace Cenote;

/// <summary>
/// The pool took this lease away from its holder, who held it for too long or was asked to let go. Its physical
/// connection is closed, and was lent to nobody else. What the driver said of a call that was in progress is the inner
/// exception. Closing or disposing as usual is harmless; rent, or open, again.
/// </summary>
public sealed class LeaseRevokedException : PoolException
{
    internal LeaseRevokedException(string poolName, LeaseInfo lease, TimeSpan? limit, Exception? failure)
        : base(poolName, Describe(poolName, lease, limit), failure)
    {
        Lease = lease;
        RevokeAfter = limit;
        HelpLink = Help.Link("troubleshooting.md", "lease-revoked");
    }

    /// <summary>The lease as it was when it was revoked: where it was rented, and how long it was held.</summary>
    public LeaseInfo Lease { get; }

    /// <summary>
    /// How long a lease may be held (<see cref="LeakDetectionOptions.RevokeAfter"/>); <see langword="null"/> when it
    /// was revoked by <see cref="ConnectionPool.TryRevoke"/>.
    /// </summary>
    public TimeSpan? RevokeAfter { get; }

    private static string Describe(string poolName, LeaseInfo lease, TimeSpan? limit) => FormattableString.Invariant(
        $"Pool '{poolName}' has revoked this lease, rented at {lease.CallSite} and held for {lease.Age.TotalSeconds:F1} s{(limit is { } allowed ? FormattableString.Invariant($", longer than LeakDetection.RevokeAfter ({allowed.TotalSeconds:0.#} s)") : " when its revocation was asked for")}. Its connection was closed. Return connections sooner, or allow more time; then rent again.");
}
