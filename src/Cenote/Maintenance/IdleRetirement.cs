using Cenote.Leasing;

namespace Cenote.Maintenance;

/// <summary>
/// The task that closes long-unused connections, down to the minimum size. As many of them as are to be kept idle stay
/// open: the load needs the ones that were in use within the time, and these are idle beyond them.
/// </summary>
internal sealed class IdleRetirement(PoolSettings settings, LeaseDesk desk) : IMaintenanceTask
{
    public long DueAt { get; private set; } = long.MaxValue;

    public void Run()
    {
        DueAt = long.MaxValue;
        var longest = settings.MaxIdleTime;
        var capacity = desk.ReadCapacity();
        var spare = capacity.Total - capacity.Opening - desk.Slots.CountOf(SlotState.Closing) - capacity.MinSize;
        var slots = desk.Slots.All;
        var mayClose = capacity.MinIdle == 0 ? spare : Math.Min(spare, CountUnused(slots, longest) - capacity.MinIdle);
        for (var i = slots.Length - 1; i >= 0; i--)
        {
            var slot = slots[i];
            var word = slot.Word;
            var unused = TimeSpan.FromMilliseconds(slot.Age.Observe(word, desk.Now));
            if (mayClose > 0 && longest != Timeout.InfiniteTimeSpan && unused >= longest
                && SlotWord.StateOf(word) == SlotState.Idle && slot.TryLeaveIdle(word, SlotState.Closing))
            {
                (spare, mayClose) = (spare - 1, mayClose - 1);
                desk.Work.Close(slot, CloseReason.Idle);
            }
            else if (spare > 0 && unused < longest && longest != Timeout.InfiniteTimeSpan && SlotWord.StateOf(word) == SlotState.Idle)
            {
                DueAt = Math.Min(DueAt, slot.Age.ActiveAt + (long)longest.TotalMilliseconds);
            }
        }
    }

    private int CountUnused(ReadOnlySpan<Slot> slots, TimeSpan longest)
    {
        var unused = 0;
        foreach (var slot in slots)
        {
            var word = slot.Word;
            var time = slot.Age.Observe(word, desk.Now);
            unused += SlotWord.StateOf(word) == SlotState.Idle && time >= longest.TotalMilliseconds ? 1 : 0;
        }

        return unused;
    }
}
