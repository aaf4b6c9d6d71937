using Cenote.Budgets;

namespace Cenote.Leasing;

/// <summary>The times of a connection that maintenance compares, in milliseconds of the pool's clock.</summary>
internal sealed class SlotAge
{
    private long _activeAt;
    private long _preparingSince;
    private long _seenLeases;
    private LeaseInfo? _suspectedLeak;
    private long _lookedAtWord;
    private long _seenIn;

    /// <summary>
    /// Gets or sets when the connection is due for replacement; <see cref="long.MaxValue"/> for never.
    /// </summary>
    internal long ExpiresAt { get; set; } = long.MaxValue;

    /// <summary>Gets or sets when maintenance first saw it due; 0 when it is not.</summary>
    internal long ExpiringSince { get; set; }

    /// <summary>Gets or sets when the reset of its session began.</summary>
    internal long ResettingSince { get; set; }

    /// <summary>
    /// Gets or sets when the reset or validation in progress began, precisely, as a timestamp; 0 when none takes a
    /// round trip. Written before the state that it belongs to.
    /// </summary>
    internal long PreparingSince
    {
        get => Volatile.Read(ref _preparingSince);
        set => Volatile.Write(ref _preparingSince, value);
    }

    /// <summary>Gets or sets the number of resets begun in the slot. Written by the slot's owner.</summary>
    internal long Resets { get; set; }

    /// <summary>
    /// Gets or sets the number of leases in the slot that needed no reset. Written by the slot's owner.
    /// </summary>
    internal long SavedResets { get; set; }

    /// <summary>
    /// Gets or sets the last lease that was reported as a suspected leak, until its end was seen. Written by the leak
    /// scan alone.
    /// </summary>
    internal LeaseInfo? SuspectedLeak
    {
        get => Volatile.Read(ref _suspectedLeak);
        set => Volatile.Write(ref _suspectedLeak, value);
    }

    /// <summary>
    /// Gets the watch of the leak scan, which exists from the first lease on that the scan sees. Used by the leak scan
    /// alone.
    /// </summary>
    internal LeaseWatch Watch => field ??= new LeaseWatch();

    /// <summary>
    /// Returns how long the slot's connection has been idle. Written under the lock of the budget's ledger alone.
    /// </summary>
    internal IdleConnection Look(int slot, long word, long now, long look)
    {
        if (word != _lookedAtWord)
        {
            (_lookedAtWord, _seenIn) = (word, look);
        }

        // Used since maintenance last looked: a moment ago.
        var idle = SlotWord.LeasesOf(word) == Volatile.Read(ref _seenLeases) ? Math.Max(0, now - ActiveAt) : 0;
        return new IdleConnection(slot, word, TimeSpan.FromMilliseconds(idle), _seenIn);
    }

    /// <summary>Gets the generation in which its opening began.</summary>
    internal long Generation { get; private set; }

    /// <summary>Gets the last waiter that had queued when its opening began.</summary>
    internal long LastWaiter { get; private set; }

    /// <summary>
    /// Gets or sets how often the process had stood still when the open, the reset or the validation in progress began.
    /// Written before the state that it belongs to.
    /// </summary>
    internal int StandstillsBefore { get; set; }

    /// <summary>Gets or sets the waiting of callers that its opening has cost.</summary>
    internal TimeSpan WaitedFor { get; set; }

    internal void BeginOpening(long generation, long lastWaiter, int standstills)
    {
        StandstillsBefore = standstills;
        Generation = generation;
        LastWaiter = lastWaiter;
    }

    /// <summary>Gets when the connection joined the pool.</summary>
    internal long BornAt { get; private set; }

    /// <summary>Gets how many leases the slot had given before this connection's first.</summary>
    internal long LeasesBefore { get; private set; }

    /// <summary>Gets when the connection was last seen in use.</summary>
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
    /// Records the slot's state, once a tick, and returns how long it has been unused. The hot path records nothing for
    /// this, because the number of leases in the word shows whether there was one.
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
