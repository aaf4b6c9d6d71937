using Cenote.Leasing;

namespace Cenote.Maintenance;

/// <summary>
/// Replaces connections that have come of age. Where there is room the replacement is opened first; at the limit,
/// or when none comes up in time, the old one goes first.
/// </summary>
internal sealed class LifetimeRetirement(LeaseDesk desk) : IMaintenanceTask
{
    /// <summary>How long an old connection waits for its replacement.</summary>
    internal static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    private long _openedBefore;
    private int _owed;

    public void Run()
    {
        var expired = FindExpired();
        var capacity = desk.ReadCapacity();
        var arrived = (int)Math.Min(int.MaxValue, desk.Meters.Opened.Value - _openedBefore);
        _openedBefore = desk.Meters.Opened.Value;

        // Whatever was opened since the last tick may count as a replacement: it is as young as one.
        _owed = Math.Max(0, _owed - arrived);
        foreach (var slot in expired)
        {
            var hasReplacement = arrived-- > 0;
            var mustGo = capacity.Total >= capacity.Limit || desk.Now - slot.Age.ExpiringSince >= Grace.TotalMilliseconds;
            if (hasReplacement || mustGo)
            {
                _owed += hasReplacement ? 0 : 1;
                desk.RetireOne(slot, CloseReason.Lifetime);
            }
        }

        var waiting = expired.Count(static slot => slot.RetireReason is null);
        desk.Want(replacements: waiting + _owed);
    }

    private List<Slot> FindExpired()
    {
        List<Slot> expired = [];
        foreach (var slot in desk.Slots.All)
        {
            if (slot.State is SlotState.Idle or SlotState.Leased or SlotState.Resetting or SlotState.Validating
                && slot.Age.ExpiresAt <= desk.Now && slot.RetireReason is null)
            {
                slot.Age.ExpiringSince = slot.Age.ExpiringSince == 0 ? desk.Now : slot.Age.ExpiringSince;
                expired.Add(slot);
            }
        }

        return expired;
    }
}
