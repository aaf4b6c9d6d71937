using Cenote.Leasing;
using Cenote.Time;

namespace Cenote.Maintenance;

/// <summary>
/// The task that validates idle connections before callers have to wait for it, and immediately after a failure that
/// may affect them. The connection with the oldest validation comes first. At most a quarter of the idle connections is
/// validated at once, so that the others stay available. When the interval is too short for four rounds, the rounds are
/// larger.
/// </summary>
internal sealed class KeepAlive(PoolSettings settings, LeaseDesk desk) : IMaintenanceTask
{
    private const int MaxRounds = 4;

    private List<(long FreshAt, Slot Slot)>? _due;

    public long DueAt { get; private set; } = long.MaxValue;

    public void Run()
    {
        DueAt = long.MaxValue;
        if (FreshnessLimit.Read(settings, desk) is not { } interval || desk.Attention.HasAny(Attention.Suspended | Attention.Closed))
        {
            return;
        }

        // Every connection is validated within so many ticks, before a renter would have to wait for its validation.
        var rounds = (int)Math.Clamp(interval / PoolClock.TickPeriod, 1, MaxRounds);
        var ahead = Math.Max(interval.TotalMilliseconds / 5, rounds * PoolClock.TickPeriod.TotalMilliseconds);
        if (FindDue((long)Math.Max(0, interval.TotalMilliseconds - ahead)) is not { Count: > 0 } found)
        {
            return;
        }

        var validating = desk.Slots.CountOf(SlotState.Validating);
        var available = ((desk.Slots.CountOf(SlotState.Idle) + validating + rounds - 1) / rounds) - validating;
        foreach (var (freshAt, slot) in found)
        {
            if (available <= 0)
            {
                break;
            }

            // A connection that was rented and returned since is known to be alive.
            var word = slot.Word;
            if (SlotWord.StateOf(word) != SlotState.Idle || slot.FreshAt != freshAt)
            {
                continue;
            }

            desk.BeginPreparing(slot);
            if (slot.TryLeaveIdle(word, SlotState.Validating))
            {
                available--;
                desk.Work.Validate(slot, needsOwnThread: false);
            }
        }

        found.Clear();
    }

    public void Rest() => _due = null;

    /// <summary>
    /// Finds the due connections: the oldest validation first, then the highest slot, because the lowest slots are the
    /// busiest.
    /// </summary>
    private List<(long FreshAt, Slot Slot)>? FindDue(long pause)
    {
        var due = Math.Max(desk.Now - pause, desk.FreshSince);
        foreach (var slot in desk.Slots.All)
        {
            if (slot.State == SlotState.Idle && slot.FreshAt is var freshAt)
            {
                // Others are due while this round validates some.
                DueAt = Math.Min(DueAt, freshAt + pause + 1);
                if (freshAt < due)
                {
                    (_due ??= []).Add((freshAt, slot));
                }
            }
        }

        _due?.Sort(static (left, right) => left.FreshAt != right.FreshAt ? left.FreshAt.CompareTo(right.FreshAt) : right.Slot.Id.CompareTo(left.Slot.Id));
        return _due;
    }
}
