using Cenote.Leasing;
using Cenote.Maintenance;
using Cenote.Time;

namespace Cenote.LeakDetection;

/// <summary>A scan, once a second, for leases held too long. Renting and returning do not take part in it.</summary>
internal sealed class LeakScan(PoolSettings settings, LeaseDesk desk, LeakReporter reporter, LeaseRevoker revoker) : IClosingTask
{
    /// <summary>The longest time that one scan counts, because a scan is late when the machine stood still.</summary>
    private static readonly long LongestGap = (long)(2 * PoolClock.TickPeriod).TotalMilliseconds;

    /// <summary>
    /// Gets whether a lease must still be revoked or reported. A reported lease that is never revoked ends the need,
    /// because it may be held forever. The last scan notices leases that were returned since the scan before.
    /// </summary>
    public bool IsNeeded
    {
        get
        {
            var (isRevoked, isReported) = (settings.RevokeAfter is not null, settings.LeakThreshold is not null);
            if (isRevoked || isReported)
            {
                foreach (var slot in desk.Slots.All)
                {
                    if (slot is { State: SlotState.Leased, Hold: null } && (isRevoked || slot.Age.SuspectedLeak is not { Lease.IsActive: true }))
                    {
                        return true;
                    }
                }
            }

            return false;
        }
    }

    public void Run()
    {
        if (settings.LeakThreshold is null && settings.RevokeAfter is null)
        {
            return;
        }

        foreach (var slot in desk.Slots.All)
        {
            var suspected = slot.Age.SuspectedLeak;
            if (suspected is not null && !suspected.Lease.IsActive)
            {
                slot.Age.SuspectedLeak = null;
                RecordReturn(slot, suspected);
            }

            // A transaction that holds a lease has a timeout of its own.
            if (slot is { State: SlotState.Leased, Hold: null } && slot.GetLeaseInfo(desk.Clock) is { } lease)
            {
                Scan(slot, lease);
            }
        }
    }

    private void Scan(Slot slot, LeaseInfo lease)
    {
        var seen = TimeSpan.FromMilliseconds(slot.Age.Watch.See(lease.Lease.Ticket, desk.Clock.ElapsedMilliseconds, LongestGap));
        if (seen >= settings.LeakThreshold && !lease.IsSuspectedLeak)
        {
            slot.Age.SuspectedLeak = lease = new LeaseInfo(lease) { IsSuspectedLeak = true };
            reporter.ReportSuspected(lease);
        }

        if (settings.RevokeAfter is { } limit && seen >= limit)
        {
            revoker.TryRevoke(lease, limit);
        }
    }

    /// <summary>Reports a late return, unless the pool revoked the lease and has reported that.</summary>
    private void RecordReturn(Slot slot, LeaseInfo suspected)
    {
        if (slot.Endings?.Find(suspected.Lease.Ticket) is null)
        {
            reporter.ReturnedLate(new LeaseInfo(suspected) { Age = TimeSpan.FromMilliseconds(desk.Now - suspected.RentedAtMilliseconds) });
        }
    }
}
