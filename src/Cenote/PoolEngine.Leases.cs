using Cenote.LeakDetection;
using Cenote.Leasing;

namespace Cenote;

// Who holds what.
internal sealed partial class PoolEngine
{
    internal LeakReporter Leaks { get; }

    private LeaseRevoker Revoker { get; }

    internal IReadOnlyList<LeaseInfo> GetLeases()
    {
        var leases = new List<LeaseInfo>();
        foreach (var slot in Desk.Slots.All)
        {
            if (slot.State == SlotState.Leased && slot.DescribeLease(Settings.Clock) is { } lease)
            {
                leases.Add(lease);
            }
        }

        return [.. leases.OrderByDescending(static lease => lease.Age)];
    }

    internal IReadOnlyList<SlotInfo> GetSlots()
    {
        var slots = Desk.Slots.All;
        var infos = new SlotInfo[slots.Length];
        for (var i = 0; i < infos.Length; i++)
        {
            infos[i] = slots[i].Describe(Settings.Clock);
        }

        return infos;
    }

    internal LeaseReport DescribeLeases() =>
        new(Settings.Name, Settings.Clock.UtcNow, Desk.Count(), Settings.LeakThreshold, GetLeases());

    internal bool Revoke(LeaseInfo lease)
    {
        foreach (var slot in Desk.Slots.All)
        {
            if (ReferenceEquals(slot, lease.Lease.Slot))
            {
                return slot.DescribeLease(lease.Lease.Ticket, Settings.Clock) is { } current && Revoker.TryRevoke(current, limit: null);
            }
        }

        throw new ArgumentException($"The lease is not one of pool '{Settings.Name}'.", nameof(lease));
    }

    /// <summary>Takes back what a garbage-collected holder left. Called by its finalizer.</summary>
    internal void Abandon(in ConnectionLease lease) => Revoker.Abandon(in lease);
}
