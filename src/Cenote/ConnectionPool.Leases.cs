namespace Cenote;

// Leases: listing and revoking them.
public sealed partial class ConnectionPool
{
    /// <summary>Occurs when a lease is a suspected leak, was abandoned, was revoked, or was returned late.</summary>
    /// <remarks>
    /// Handlers run on the thread pool, one report at a time. Their exceptions are logged. While a handler hangs, at
    /// most 1,000 reports wait, and the oldest are dropped first. See <see cref="LeakDetectionOptions"/>.
    /// </remarks>
    public event EventHandler<LeakReportedEventArgs>? LeakReported
    {
        add => _engine.Leaks.Reported.Occurred += value;
        remove => _engine.Leaks.Reported.Occurred -= value;
    }

    /// <summary>
    /// Gets the current leases, the oldest first, with their holders and call sites. Thread-safe; does not block the
    /// pool.
    /// </summary>
    public IReadOnlyList<LeaseInfo> GetLeases() => _engine.Leases.Read();

    /// <summary>
    /// Gets every slot of the pool with the state of its connection and its holder. Thread-safe; does not block the
    /// pool. A slot that changes meanwhile may be shown between two states.
    /// </summary>
    /// <returns>As many slots as the pool's size has ever allowed. Slots without a connection are
    /// <see cref="SlotState.Empty"/>.</returns>
    public IReadOnlyList<SlotInfo> GetSlots() => _engine.Leases.ReadSlots();

    /// <summary>
    /// Gets the current leases as a report, whose <see cref="LeaseReport.ToString"/> groups them by call site.
    /// </summary>
    public LeaseReport GetLeaseReport() => _engine.Leases.Report();

    /// <summary>
    /// Revokes a lease. The physical connection is closed and never rented again, even if the holder is using it at
    /// that moment. The holder's next use throws a <see cref="LeaseRevokedException"/>; closing works as usual.
    /// </summary>
    /// <param name="lease">A lease from <see cref="GetLeases"/> or from a report.</param>
    /// <returns><see langword="false"/> when the lease had already ended.</returns>
    /// <exception cref="ArgumentException">The lease belongs to another pool.</exception>
    public bool TryRevoke(LeaseInfo lease)
    {
        ArgumentNullException.ThrowIfNull(lease);
        return _engine.Revoker.TryRevoke(lease);
    }
}
