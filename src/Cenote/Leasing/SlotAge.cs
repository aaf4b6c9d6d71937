namespace Cenote.Leasing;

/// <summary>The times that upkeep judges a connection by, in milliseconds of the pool's clock.</summary>
internal sealed class SlotAge
{
    private long _activeAt;
    private long _preparingSince;
    private long _seenLeases;
    private LeaseInfo? _suspectedLeak;
    private long _watched;
    private long _watchedAt;
    private long _watchedFor;

    /// <summary>When the connection is due for replacement; <see cref="long.MaxValue"/> for never.</summary>
    internal long ExpiresAt { get; set; } = long.MaxValue;

    /// <summary>When upkeep first saw it due; 0 when it is not.</summary>
    internal long ExpiringSince { get; set; }

    /// <summary>When the clearing of its session began.</summary>
    internal long ResettingSince { get; set; }

    /// <summary>
    /// When the reset or the validation under way began, precisely, as a timestamp; 0 when none was begun that takes a
    /// round trip. Written before the state that it belongs to.
    /// </summary>
    internal long PreparingSince
    {
        get => Volatile.Read(ref _preparingSince);
        set => Volatile.Write(ref _preparingSince, value);
    }

    /// <summary>How many sessions were cleared, or begun to be, in the slot. Written by whoever owns it.</summary>
    internal long Resets { get; set; }

    /// <summary>
    /// The last lease that was reported as suspected, until its end was noticed. Written by the leak scan alone.
    /// </summary>
    internal LeaseInfo? SuspectedLeak
    {
        get => Volatile.Read(ref _suspectedLeak);
        set => Volatile.Write(ref _suspectedLeak, value);
    }

    /// <summary>
    /// How long the leak scan itself has seen this lease: the time between its looks. The pool's clock stands still
    /// between two ticks, and the machine may have stood still longer, so that a lease's age may be far too high.
    /// </summary>
    internal long Watch(long ticket, long now, long longestGap)
    {
        var gap = Math.Min(now - _watchedAt, longestGap);
        _watchedFor = ticket == _watched ? _watchedFor + gap : 0;
        _watched = ticket;
        _watchedAt = now;
        return _watchedFor;
    }

    /// <summary>The generation in which its opening began.</summary>
    internal long Generation { get; private set; }

    /// <summary>The last waiter that had queued when its opening began.</summary>
    internal long LastWaiter { get; private set; }

    internal void BeginOpening(long generation, long lastWaiter)
    {
        Generation = generation;
        LastWaiter = lastWaiter;
    }

    /// <summary>When the connection joined the pool.</summary>
    internal long BornAt { get; private set; }

    /// <summary>How many leases the slot had given before this connection's first.</summary>
    internal long LeasesBefore { get; private set; }

    /// <summary>When the connection was last seen to be used.</summary>
    internal long ActiveAt => Volatile.Read(ref _activeAt);

    internal void BeginLife(long now, long expiresAt, long leasesBefore)
    {
        BornAt = now;
        PreparingSince = 0;
        LeasesBefore = leasesBefore;
        Volatile.Write(ref _activeAt, now);
        ExpiresAt = expiresAt;
        ExpiringSince = 0;
    }

    /// <summary>
    /// Notes what the slot is doing, once a tick, and says how long it has been unused. The hot path notes nothing for
    /// this: the number of leases in the word already tells whether there was one.
    /// </summary>
    internal long Observe(long word, long now)
    {
        var leases = SlotWord.LeasesOf(word);
        if (leases != _seenLeases || SlotWord.StateOf(word) is SlotState.Leased or SlotState.Resetting)
        {
            _seenLeases = leases;
            Volatile.Write(ref _activeAt, now);
        }

        return now - Volatile.Read(ref _activeAt);
    }
}
