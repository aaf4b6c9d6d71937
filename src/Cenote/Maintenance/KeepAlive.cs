using Cenote.Leasing;

namespace Cenote.Maintenance;

/// <summary>
/// Validates idle connections before they grow stale, so that callers almost never wait for it. At most a quarter
/// of the idle ones at once: the others stay available.
/// </summary>
internal sealed class KeepAlive(PoolSettings settings, LeaseDesk desk) : IUpkeepTask
{
    public void Run()
    {
        var interval = settings.ValidationInterval;
        if (interval == Timeout.InfiniteTimeSpan || desk.Attention.HasAny(Attention.Suspended | Attention.Closed))
        {
            return;
        }

        // A fifth of the interval, and at least two ticks, ahead of the moment when a renter would have to wait.
        var ahead = Math.Max(interval.TotalMilliseconds / 5, 2 * Upkeep.Period.TotalMilliseconds);
        var due = desk.Now - Math.Max(0, (long)(interval.TotalMilliseconds - ahead));
        var most = Math.Max(1, (desk.Slots.CountOf(SlotState.Idle) / 4)) - desk.Slots.CountOf(SlotState.Validating);
        for (; most > 0; most--)
        {
            if (desk.Slots.TryClaimIdle(SlotState.Validating, slot => slot.FreshAt < due) is not { } slot)
            {
                return;
            }

            desk.Work.Validate(slot, needsOwnThread: false);
        }
    }
}
