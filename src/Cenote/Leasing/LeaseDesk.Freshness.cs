using System.Runtime.CompilerServices;
using Cenote.Maintenance;
using Cenote.Time;

namespace Cenote.Leasing;

// The coarse clock, and the time since which a connection must have been used or validated to be rented as it is.
internal sealed partial class LeaseDesk
{
    /// <summary>
    /// The longest delay of maintenance in a running process. After a longer one, the process or the machine was
    /// stopped, or no thread was free.
    /// </summary>
    private static readonly long LongestLag = (long)(2 * PoolClock.TickPeriod).TotalMilliseconds;

    /// <summary>The number of rents per tick beyond which reading the clock for each rent is too expensive.</summary>
    internal const int MaxQuietRents = 1_000;

    private long _staleAfter = long.MaxValue;
    private long _wallOffset = long.MinValue;
    private bool _isQuiet = true;
    private int _quietRents;

    private bool _isAsleep;
    private long _promptFreshSince = long.MinValue;
    private int _standstills;

    /// <summary>
    /// Gets the limit that the short path of a rent compares with. No connection is fresh enough for it while the pool
    /// is quiet or asleep.
    /// </summary>
    internal long PromptFreshSince => Volatile.Read(ref _promptFreshSince);

    /// <summary>
    /// Gets the time before which an idle connection counts as stale: it must be validated before it is rented.
    /// </summary>
    internal long FreshSince => Volatile.Read(ref _freshSince);

    /// <summary>Gets <see cref="FreshSince"/> for a rent outside the short path, which wakes the pool.</summary>
    internal long ExactFreshSince => PromptFreshSince is var since && since == long.MaxValue ? ReadFreshSince() : since;

    /// <summary>
    /// Gets whether maintenance passes over the pool until it wakes: nothing has happened since <see cref="Sleep"/>.
    /// </summary>
    internal bool IsAsleep => Volatile.Read(ref _isAsleep);

    /// <summary>
    /// Sends every rent past the short path, so that it wakes the pool. A rent that is between its reads and its swap
    /// at this moment does not, so maintenance looks again before it passes over the pool, and now and then.
    /// </summary>
    internal void Sleep()
    {
        lock (_gate)
        {
            // In this order: a rent that begins while the pool is asleep comes past the short path.
            Volatile.Write(ref _promptFreshSince, long.MaxValue);
            Volatile.Write(ref _isAsleep, true);
        }
    }

    /// <summary>Claims another slot after the first was not usable, or was lost to another thread.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal Slot? SearchOn(Slot first, long word, long freshSince, out long ticket)
    {
        if (SlotWord.StateOf(word) == SlotState.Idle && first.FreshAt >= freshSince)
        {
            // Another thread came between the read and the swap, a matter of a nanosecond. This shows that rents run at
            // once, even with leases too short for LoadSample. Maintenance narrows the spread again.
            Spread++;
        }

        var slot = _slots.TryTakeIdle(freshSince == long.MaxValue ? ReadFreshSince() : freshSince, out ticket);
        if (slot is not null)
        {
            IdleTaken();
        }

        return slot;
    }

    /// <summary>Begins a tick's count of rents. Up to <see cref="MaxQuietRents"/> per tick read the clock.</summary>
    /// <param name="isQuiet">Whether there were few in the last tick.</param>
    internal void BeginCount(bool isQuiet)
    {
        lock (_gate)
        {
            _quietRents = 0;
            _isQuiet = isQuiet;
            Publish(_freshSince);
        }
    }

    /// <summary>
    /// Requires a validation of every idle connection before its next lease, because the server may have dropped them.
    /// </summary>
    internal void RequireValidation()
    {
        lock (_gate)
        {
            // Beyond every time that a slot may have recorded so far, so that all of them are stale from here on.
            Wake();
            Volatile.Write(ref _now, Math.Max(_now + 1, Clock.ElapsedMilliseconds));
            Publish(_now);
        }
    }

    /// <summary>Advances the coarse clock; connections untouched for longer than this become stale.</summary>
    internal void Tick(long staleAfterMilliseconds)
    {
        lock (_gate)
        {
            _staleAfter = staleAfterMilliseconds;
            CheckClocks(Clock.ElapsedMilliseconds);
        }
    }

    /// <summary>
    /// Reads the clock for a caller of a quiet pool. Right after a stop of the process or the machine, such a caller
    /// may come before maintenance runs. At a thousand rents a second two reads cost nothing noticeable. A busier pool
    /// uses the coarse clock until maintenance runs.
    /// </summary>
    private long ReadFreshSince()
    {
        if (IsAsleep)
        {
            lock (_gate)
            {
                Wake();
            }
        }

        var staleAfter = Volatile.Read(ref _staleAfter);
        if (staleAfter == long.MaxValue)
        {
            return FreshSince;
        }

        // A count that loses some to other threads is exact enough.
        var isBusy = ++_quietRents > MaxQuietRents;
        var now = Clock.ElapsedMilliseconds;
        if (isBusy || now - Now >= LongestLag || Unaccounted(now) >= LongestLag)
        {
            lock (_gate)
            {
                _isQuiet &= !isBusy;
                CheckClocks(now);
            }
        }

        return Math.Max(FreshSince, now - staleAfter);
    }

    /// <summary>
    /// Has maintenance look at the pool again once a second. Advances the coarse clock first, which stood still. Under
    /// the lock.
    /// </summary>
    private void Wake()
    {
        if (_isAsleep)
        {
            CheckClocks(Clock.ElapsedMilliseconds);
            Volatile.Write(ref _isAsleep, false);
            Publish(_freshSince);
        }
    }

    /// <summary>
    /// Records that a reset or a validation begins in the slot, before the change of state that it belongs to.
    /// </summary>
    internal void BeginPreparing(Slot slot, bool takesRoundTrip = true)
    {
        if (IsAsleep)
        {
            lock (_gate)
            {
                Wake();
            }
        }

        slot.Age.StandstillsBefore = Standstills;
        slot.Age.PreparingSince = takesRoundTrip ? Clock.GetTimestamp() : 0;
    }

    /// <summary>Gets how often the process or the machine was seen to have stood still.</summary>
    internal int Standstills => Volatile.Read(ref _standstills);

    /// <summary>
    /// Returns how often a standstill was seen, with the one that may just have ended: what begins now must not be
    /// blamed on it.
    /// </summary>
    internal int CountStandstills()
    {
        lock (_gate)
        {
            CheckClocks(Clock.ElapsedMilliseconds);
            return _standstills;
        }
    }

    /// <summary>
    /// Returns the time at which the end of the slot's work shows its connection alive. When a standstill came between,
    /// the answer may have waited in the process's own buffer, and the server may have ended the session since.
    /// </summary>
    private long AliveAt(Slot slot) => slot.Age.StandstillsBefore == Standstills ? Now : 0;

    /// <summary>Advances the coarse clock for a caller that has just read the clock. Under the lock.</summary>
    private void AdvanceTo(long now)
    {
        // The clock of a pool asleep stands still without a standstill. Nothing is in progress in it.
        if (now - _now >= LongestLag && !_isAsleep)
        {
            Volatile.Write(ref _standstills, _standstills + 1);
        }

        if (now <= _now)
        {
            return;
        }

        Volatile.Write(ref _now, now);
        if (_staleAfter != long.MaxValue)
        {
            Publish(Math.Max(_freshSince, _now - _staleAfter));
        }
    }

    /// <summary>
    /// Compares the clocks, under the lock. A sleeping machine stops the monotonic clock, and only the wall clock shows
    /// for how long. A wall clock that was set by hand costs a few validations.
    /// </summary>
    private void CheckClocks(long now)
    {
        var unaccounted = Unaccounted(now);
        if (unaccounted >= LongestLag)
        {
            Volatile.Write(ref _standstills, _standstills + 1);
        }

        Volatile.Write(ref _wallOffset, WallOffset(now));
        AdvanceTo(now);
        Publish(unaccounted >= LongestLag && _staleAfter != long.MaxValue ? Math.Max(_freshSince, _now - Math.Max(0, _staleAfter - unaccounted)) : _freshSince);
    }

    private void Publish(long freshSince)
    {
        Volatile.Write(ref _freshSince, freshSince);
        Volatile.Write(ref _promptFreshSince, _isAsleep || (_isQuiet && _staleAfter != long.MaxValue) ? long.MaxValue : freshSince);
    }

    /// <summary>
    /// Returns how much further the wall clock has advanced since the last check than the monotonic one.
    /// </summary>
    private long Unaccounted(long now) => Volatile.Read(ref _wallOffset) is var before && before == long.MinValue ? 0 : WallOffset(now) - before;

    private long WallOffset(long now) => Clock.UtcNow.ToUnixTimeMilliseconds() - now;
}
