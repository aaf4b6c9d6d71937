using Cenote.Leasing;
using Cenote.Time;

namespace Cenote.Maintenance;

/// <summary>
/// Validates idle connections before they grow stale, so that callers almost never wait for it, and those that a
/// failure made suspect at once. The connection that was unchecked for the longest goes first. At most a quarter of the
/// idle ones at once: the others stay available. Where the interval is too short for four rounds, the rounds are
/// larger.
/// </summary>
internal sealed class KeepAlive(PoolSettings settings, LeaseDesk desk) : IMaintenanceTask
{
    private const int MaxRounds = 4;

    private readonly List<(long FreshAt, Slot Slot)> _due = [];

    public void Run()
    {
        if (FreshnessLimit.Read(settings, desk) is not { } interval || desk.Attention.HasAny(Attention.Suspended | Attention.Closed))
        {
            return;
        }

        // Every connection has its turn within so many ticks: before the moment when a renter would have to wait.
        var rounds = (int)Math.Clamp(interval / PoolClock.TickPeriod, 1, MaxRounds);
        var ahead = Math.Max(interval.TotalMilliseconds / 5, rounds * PoolClock.TickPeriod.TotalMilliseconds);
        FindDue(desk.Now - (long)Math.Max(0, interval.TotalMilliseconds - ahead));
        if (_due.Count == 0)
        {
            return;
        }

        var validating = desk.Slots.CountOf(SlotState.Validating);
        var most = ((desk.Slots.CountOf(SlotState.Idle) + validating + rounds - 1) / rounds) - validating;
        foreach (var (freshAt, slot) in _due)
        {
            if (most <= 0)
            {
                break;
            }

            // One that was lent and returned since has proved itself.
            var word = slot.Word;
            if (SlotWord.StateOf(word) != SlotState.Idle || slot.FreshAt != freshAt)
            {
                continue;
            }

            desk.Expected.Begin(slot);
            if (slot.TryChange(word, SlotWord.With(word, SlotState.Validating)))
            {
                most--;
                desk.Work.Validate(slot, needsOwnThread: false);
            }
        }

        _due.Clear();
    }

    /// <summary>The longest unchecked first; of several, the highest: the lowest are the busiest.</summary>
    private void FindDue(long due)
    {
        due = Math.Max(due, desk.FreshSince);
        foreach (var slot in desk.Slots.All)
        {
            if (slot.State == SlotState.Idle && slot.FreshAt is var freshAt && freshAt < due)
            {
                _due.Add((freshAt, slot));
            }
        }

        _due.Sort(static (left, right) => left.FreshAt != right.FreshAt ? left.FreshAt.CompareTo(right.FreshAt) : right.Slot.Id.CompareTo(left.Slot.Id));
    }
}
