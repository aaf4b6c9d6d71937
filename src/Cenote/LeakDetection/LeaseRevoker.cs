using Cenote.Leasing;

namespace Cenote.LeakDetection;

/// <summary>Takes leases away from holders that keep them, or that were garbage-collected.</summary>
internal sealed class LeaseRevoker(PoolSettings settings, LeaseDesk desk, LeakReporter reporter)
{
    /// <summary>Ends a lease that an operator has chosen.</summary>
    /// <returns><see langword="false"/> when it had ended already.</returns>
    /// <exception cref="ArgumentException">The lease is one of another pool.</exception>
    internal bool Revoke(LeaseInfo lease)
    {
        foreach (var slot in desk.Slots.All)
        {
            if (ReferenceEquals(slot, lease.Lease.Slot))
            {
                return slot.GetLeaseInfo(lease.Lease.Ticket, desk.Clock) is { } current && TryRevoke(current, limit: null);
            }
        }

        throw new ArgumentException($"The lease is not one of pool '{settings.Name}'.", nameof(lease));
    }

    /// <summary>Ends a lease under its holder, unless it has ended already.</summary>
    /// <param name="lease">The lease.</param>
    /// <param name="limit">How long it was allowed to be held; <see langword="null"/> when somebody asked for
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

    /// <summary>Takes back what a garbage-collected holder left. Called by its finalizer.</summary>
    internal void Abandon(in ConnectionLease holder)
    {
        if (holder.Slot?.GetLeaseInfo(holder.Ticket, desk.Clock) is { } lease
            && TryEnd(LeakKind.Abandoned, CloseReason.Abandoned, lease, limit: null))
        {
            reporter.Abandoned(lease);
        }
    }

    private bool TryEnd(LeakKind kind, CloseReason reason, LeaseInfo lease, TimeSpan? limit)
    {
        var slot = lease.Lease.Slot!;
        var ending = new LeaseEnding(kind, settings.Name, lease, limit);
        slot.Endings.Add(ending);
        if (desk.TryTakeBack(slot, lease.Lease.Ticket, reason))
        {
            slot.Endings.Keep();
            return true;
        }

        slot.Endings.Remove(ending);
        return false;
    }
}
