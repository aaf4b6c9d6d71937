namespace Cenote;

// Who holds what, and taking it back.
public sealed partial class ConnectionPool
{
    /// <summary>
    /// Tells of leases that are suspected of being leaked, proven so, revoked, or returned after all.
    /// </summary>
    /// <remarks>
    /// Handlers run on the thread pool, one report after the other; what they throw is logged and swallowed. Reports
    /// that wait for a handler which hangs are dropped beyond 1,000, the oldest first. See
    /// <see cref="LeakDetectionOptions"/>.
    /// </remarks>
    public event EventHandler<LeakReportedEventArgs>? LeakReported
    {
        add => _engine.Leaks.Reported.Occurred += value;
        remove => _engine.Leaks.Reported.Occurred -= value;
    }

    /// <summary>
    /// Who holds which connection, since when, from where; the oldest first. Thread-safe, and holds nobody up.
    /// </summary>
    public IReadOnlyList<LeaseInfo> GetLeases() => _engine.Leases.Read();

    /// <summary>
    /// Every slot of the pool, what its connection is doing, and who holds it. Thread-safe, and holds nobody up; slots
    /// that change meanwhile may be shown between two states.
    /// </summary>
    /// <returns>As many as the pool has ever been allowed to have connections; those without a connection are
    /// <see cref="SlotState.Empty"/>.</returns>
    public IReadOnlyList<SlotInfo> GetSlots() => _engine.Leases.ReadSlots();

    /// <summary>
    /// The same as a report to read: its <see cref="LeaseReport.ToString"/> groups leases by call site.
    /// </summary>
    public LeaseReport GetLeaseReport() => _engine.Leases.Report();

    /// <summary>
    /// Takes a lease away from its holder. The physical connection is closed and never lent again, also when the holder
    /// is using it at this moment; the holder gets a <see cref="LeaseRevokedException"/> at its next use, and may close
    /// as usual.
    /// </summary>
    /// <param name="lease">One of <see cref="GetLeases"/>, or of a report.</param>
    /// <returns><see langword="false"/> when the lease had ended already.</returns>
    /// <exception cref="ArgumentException">The lease is one of another pool.</exception>
    public bool TryRevoke(LeaseInfo lease)
    {
        ArgumentNullException.ThrowIfNull(lease);
        return _engine.Revoker.Revoke(lease);
    }
}
