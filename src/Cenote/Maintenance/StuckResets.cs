using Cenote.Leasing;

namespace Cenote.Maintenance;

/// <summary>
/// Gives up connections whose session takes too long to clear. A timer for each return would cost more than this.
/// The slot goes on at once; the connection is closed when the driver lets go of it, since nothing may be called during
/// a call.
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
                    slot, CloseReason.ResetFailed, new TimeoutException($"Clearing the session took longer than ValidationTimeout ({settings.ValidationTimeout})."));
                slot.AbandonReset();
                desk.Work.Abandon(slot, CloseReason.ResetFailed);
            }
        }
    }
}
