using Cenote.Leasing;
using Cenote.Maintenance;
using Cenote.Time;

namespace Cenote.LeakDetection;

/// <summary>Looks once a second for leases held too long. Renting and returning know nothing of it.</summary>
internal sealed class LeakScan(PoolSettings settings, LeaseDesk desk, LeakReporter reporter, LeaseRevoker revoker) : IClosingTask
{
    /// <summary>A look that comes late, since the machine stood still, counts for no more than this.</summary>
    private static readonly long LongestGap = (long)(2 * PoolClock.TickPeriod).TotalMilliseconds;

    /// <summary>
    /// A lease that is out is revoked in time, or else reported once. What is only reported ends the need: it may stay
    /// out for ever. Leases that come back between two looks are noticed by the last one.
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
                    if (slot.State == SlotState.Leased && (isRevoked || slot.Age.SuspectedLeak is not { Lease.IsActive: true }))
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
            var suspect = slot.Age.SuspectedLeak;
            if (suspect is not null && !suspect.Lease.IsActive)
            {
                slot.Age.SuspectedLeak = null;
                RecordReturn(slot, suspect);
            }

            if (slot.State == SlotState.Leased && slot.GetLeaseInfo(desk.Clock) is { } lease)
            {
                Scan(slot, lease);
            }
        }
    }

    private void Scan(Slot slot, LeaseInfo lease)
    {
        var seen = TimeSpan.FromMilliseconds(slot.Age.Watch(lease.Lease.Ticket, desk.Clock.ElapsedMilliseconds, LongestGap));
        if (seen >= settings.LeakThreshold && !lease.IsSuspectedLeak)
        {
            slot.Age.SuspectedLeak = lease = lease with { IsSuspectedLeak = true };
            reporter.ReportSuspected(lease);
        }

        if (settings.RevokeAfter is { } limit && seen >= limit)
        {
            revoker.TryRevoke(lease, limit);
        }
    }

    /// <summary>What the pool took back itself is reported as that.</summary>
    private void RecordReturn(Slot slot, LeaseInfo suspect)
    {
        if (slot.Endings.Find(suspect.Lease.Ticket) is null)
        {
            reporter.ReturnedLate(suspect with { Age = TimeSpan.FromMilliseconds(desk.Now - suspect.RentedAtMilliseconds) });
        }
    }
}
