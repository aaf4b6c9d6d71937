using Cenote.Leasing;

namespace Cenote.Maintenance;

/// <summary>The task that closes long-unused connections, down to the minimum size.</summary>
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
        for (var i = slots.Length - 1; i >= 0; i--)
        {
            var slot = slots[i];
            var word = slot.Word;
            var unused = TimeSpan.FromMilliseconds(slot.Age.Observe(word, desk.Now));
            if (spare > 0 && longest != Timeout.InfiniteTimeSpan && unused >= longest
                && SlotWord.StateOf(word) == SlotState.Idle && slot.TryLeaveIdle(word, SlotState.Closing))
            {
                spare--;
                desk.Work.Close(slot, CloseReason.Idle);
            }
            else if (spare > 0 && longest != Timeout.InfiniteTimeSpan && SlotWord.StateOf(word) == SlotState.Idle)
            {
                DueAt = Math.Min(DueAt, slot.Age.ActiveAt + (long)longest.TotalMilliseconds);
            }
        }
    }
}
