using Cenote.Leasing;

namespace Cenote.Maintenance;

/// <summary>
/// The task that replaces connections older than the maximum lifetime, or whose credentials were renewed. Below the
/// limit, the replacement is opened first. At the limit, or where a budget has no permit for another connection, or
/// when no replacement opens in time, the old connection is closed first.
/// </summary>
internal sealed class LifetimeRetirement(LeaseDesk desk, CredentialRenewal? renewal) : IMaintenanceTask
{
    /// <summary>The time for which an old connection waits for its replacement.</summary>
    internal static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    private static readonly List<Slot> s_none = [];

    private long _openedBefore;
    private int _owed;
    private long _nextExpiry;

    public long DueAt => _owed > 0 || renewal is { HasMarked: true } ? 0 : _nextExpiry;

    public void Run()
    {
        var expired = FindExpired();
        var capacity = desk.ReadCapacity();
        var isFull = capacity.Total >= capacity.Limit || !desk.HasPermit;
        var arrived = (int)Math.Min(int.MaxValue, desk.Meters.Opened.Value - _openedBefore);
        _openedBefore = desk.Meters.Opened.Value;

        // Every connection opened since the last tick counts as a replacement, because it is as young.
        _owed = Math.Max(0, _owed - arrived);
        foreach (var slot in expired)
        {
            var hasReplacement = arrived-- > 0;

            // A connection that is only to get other credentials serves on until a replacement has arrived: the next
            // callback may fail.
            var isOld = slot.Age.ExpiresAt <= desk.Now;
            var mustGo = isFull ? isOld || _owed == 0 : isOld && desk.Now - slot.Age.ExpiringSince >= Grace.TotalMilliseconds;
            if (hasReplacement || mustGo)
            {
                _owed += hasReplacement ? 0 : 1;
                desk.RetireOne(slot, isOld ? CloseReason.Lifetime : CloseReason.CredentialsExpiring);
            }
        }

        var waiting = 0;
        foreach (var slot in expired)
        {
            waiting += slot.RetireReason is null ? 1 : 0;
        }

        desk.Want(replacements: waiting + _owed);
    }

    private List<Slot> FindExpired()
    {
        List<Slot>? expired = null;
        _nextExpiry = long.MaxValue;
        foreach (var slot in desk.Slots.All)
        {
            if (slot.State is not (SlotState.Idle or SlotState.Leased or SlotState.Resetting or SlotState.Validating) || slot.RetireReason is not null)
            {
                continue;
            }

            _nextExpiry = Math.Min(_nextExpiry, slot.Age.ExpiresAt);
            if (slot.Age.ExpiresAt <= desk.Now || slot.Physical is { MustRenew: true })
            {
                slot.Age.ExpiringSince = slot.Age.ExpiringSince == 0 ? desk.Now : slot.Age.ExpiringSince;
                (expired ??= []).Add(slot);
            }
        }

        return expired ?? s_none;
    }
}
