using Cenote.Leasing;

namespace Cenote.LeakDetection;

/// <summary>The end of leases that holders keep too long, or that were garbage-collected.</summary>
internal sealed class LeaseRevoker(PoolSettings settings, LeaseDesk desk, LeakReporter reporter)
{
    /// <summary>Revokes a lease for an operator.</summary>
    /// <returns><see langword="false"/> when the lease had already ended.</returns>
    /// <exception cref="ArgumentException">The lease belongs to another pool.</exception>
    internal bool TryRevoke(LeaseInfo lease)
    {
        foreach (var slot in desk.Slots.All)
        {
            if (ReferenceEquals(slot, lease.Lease.Slot))
            {
                return slot.GetLeaseInfo(lease.Lease.Ticket, desk.Clock) is { } current && TryRevoke(current, limit: null);
            }
        }

        throw new ArgumentException($"The lease belongs to another pool than '{settings.Name}'. Pass a lease of GetLeases of this pool.", nameof(lease));
    }

    /// <summary>Revokes a lease, unless it has already ended.</summary>
    /// <param name="lease">The lease.</param>
    /// <param name="limit">The limit that the lease exceeded, or <see langword="null"/> when an operator revokes
    /// it.</param>
    internal bool TryRevoke(LeaseInfo lease, TimeSpan? limit)
    {
        if (!TryEnd(LeakKind.Revoked, CloseReason.Revoked, lease, limit))
        {
            return false;
        }

        reporter.Revoked(lease);
        return true;
    }

    /// <summary>Ends a lease whose ambient transaction was rolled back, unless it has already ended.</summary>
    /// <param name="holder">The lease.</param>
    /// <param name="beforeClose">What is done when the lease is void, before its connection is closed.</param>
    internal void RevokeRolledBack(in ConnectionLease holder, Action? beforeClose)
    {
        if (holder.Slot!.GetLeaseInfo(holder.Ticket, desk.Clock) is { } lease
            && TryEnd(LeakKind.Revoked, CloseReason.Revoked, new LeaseInfo(lease) { IsEnlisted = true }, limit: null, isRolledBack: true, beforeClose))
        {
            reporter.Revoked(lease);
        }
    }

    /// <summary>Ends the lease of a garbage-collected holder. Called by its finalizer.</summary>
    internal void Abandon(in ConnectionLease holder)
    {
        if (holder.Slot is { Hold: not null })
        {
            // Not on the finalizer's thread, because the hold calls the driver.
            ThreadPool.UnsafeQueueUserWorkItem(static abandoned => abandoned.Item1.AbandonHeld(abandoned.Item2), (this, holder), preferLocal: false);
            return;
        }

        AbandonNow(in holder);
    }

    /// <summary>
    /// Leaves the session to the transaction that holds it, so that its work is not lost. It is closed afterwards.
    /// </summary>
    private void AbandonHeld(in ConnectionLease holder)
    {
        var slot = holder.Slot!;
        var lease = slot.GetLeaseInfo(holder.Ticket, desk.Clock);
        slot.RetireOnReturn(holder.Ticket, CloseReason.Abandoned);
        if (lease is not null && slot.Hold?.TryKeep(slot, holder.Ticket) == true)
        {
            reporter.Abandoned(lease);
            return;
        }

        AbandonNow(in holder);
    }

    private void AbandonNow(in ConnectionLease holder)
    {
        if (holder.Slot?.GetLeaseInfo(holder.Ticket, desk.Clock) is { } lease
            && TryEnd(LeakKind.Abandoned, CloseReason.Abandoned, lease, limit: null))
        {
            reporter.Abandoned(lease);
        }
    }

    private bool TryEnd(LeakKind kind, CloseReason reason, LeaseInfo lease, TimeSpan? limit, bool isRolledBack = false, Action? beforeClose = null)
    {
        var slot = lease.Lease.Slot!;
        var ending = new LeaseEnding(kind, settings.Name, lease, limit) { IsRolledBack = isRolledBack };
        var endings = slot.RequireEndings();
        endings.Add(ending);
        if (desk.TryTakeBack(slot, lease.Lease.Ticket, reason, beforeClose))
        {
            endings.Keep();
            return true;
        }

        endings.Remove(ending);
        return false;
    }
}
