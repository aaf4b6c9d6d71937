using Cenote.Leasing;

namespace Cenote.Maintenance;

/// <summary>
/// The task that abandons connections whose reset takes too long. A timer for each return would cost more. The slot is
/// usable immediately. The connection is closed when the driver returns, because it allows no call during another.
/// </summary>
internal sealed class StuckResets(PoolSettings settings, LeaseDesk desk) : IMaintenanceTask
{
    public void Run()
    {
        var limit = desk.Now - (long)settings.ValidationTimeout.TotalMilliseconds;
        foreach (var slot in desk.Slots.All)
        {
            var word = slot.Word;
            if (SlotWord.StateOf(word) == SlotState.Resetting && slot.Age.ResettingSince < limit
                && slot.TryChange(word, SlotWord.With(word, SlotState.Closing)))
            {
                desk.Work.RecordFailure(
                    slot, CloseReason.ResetFailed, new TimeoutException($"Resetting the session took longer than ValidationTimeout ({settings.ValidationTimeout})."));
                slot.AbandonReset();
                desk.Work.Abandon(slot, CloseReason.ResetFailed);
            }
        }
    }
}
