using Cenote.Sizing;

namespace Cenote.Leasing;

// Connections that are kept idle beyond those leased.
internal sealed partial class LeaseDesk
{
    /// <summary>
    /// Whether a rent must look at the head-room. Not while it is known to be incomplete: every change that may allow
    /// an open then settles anyway, and so does the timer.
    /// </summary>
    private bool MustWatchIdle => Volatile.Read(ref _watchesIdle);

    /// <summary>Looks at the head-room after a rent that took an idle connection, not on its short path.</summary>
    internal void IdleTaken()
    {
        if (MustWatchIdle)
        {
            WatchIdle();
        }
    }

    private void KeepIdle(int minIdle)
    {
        Capacity.MinIdle = minIdle;
        Capacity.HeadRoom = minIdle == 0 ? null : Capacity.HeadRoom ?? new HeadRoom();
        SetWatchesIdle(minIdle > 0);
    }

    /// <summary>
    /// Settles after a rent that leaves fewer idle connections than are to be kept. Reads without the lock: a change
    /// that is missed here is seen by the next rent, by the next settlement, or by maintenance within a second.
    /// </summary>
    private void WatchIdle()
    {
        var missing = Capacity.MinIdle;
        var slots = _slots.All;

        // The highest are the least used.
        for (var i = slots.Length - 1; i >= 0 && missing > 0; i--)
        {
            missing -= slots[i].State is SlotState.Idle or SlotState.Opening or SlotState.Resetting or SlotState.Validating ? 1 : 0;
        }

        if (missing > 0)
        {
            SettleHeadRoom();
        }
    }

    /// <summary>Settles for a caller that has its connection, which must not be lost to a failure here.</summary>
    private void SettleHeadRoom()
    {
        try
        {
            Settle();
        }
        catch (ThreadInterruptedException)
        {
            // The next wait of this thread is to be interrupted, not its rent.
            Thread.CurrentThread.Interrupt();
        }
        catch (Exception)
        {
            // A clock of the application that throws. Maintenance settles within a second, and logs its failure.
        }
    }

    /// <summary>Compares the head-room with the connections. Under the lock.</summary>
    private void ObserveHeadRoom(TimeSpan now)
    {
        if (Capacity.HeadRoom is { } headRoom)
        {
            headRoom.Observe(
                Capacity.MinIdle,
                Capacity.Total - Capacity.ObsoleteOpens,
                _slots.CountOf(SlotState.Leased) + _slots.CountOf(SlotState.Closing),
                _queue.Servable,
                Expected.Uses.Value,
                Expected.Opens.Value,
                now);
            SetWatchesIdle(!headRoom.IsMissing);
        }
    }

    private void SetWatchesIdle(bool on)
    {
        // A write that changes nothing would still take the cache line from every thread that rents.
        if (_watchesIdle != on)
        {
            Volatile.Write(ref _watchesIdle, on);
        }
    }
}
