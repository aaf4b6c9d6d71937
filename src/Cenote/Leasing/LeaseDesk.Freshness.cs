using System.Runtime.CompilerServices;
using Cenote.Maintenance;
using Cenote.Time;

namespace Cenote.Leasing;

// The coarse clock, and the moment since which a connection must have been used or checked to be lent as it is.
internal sealed partial class LeaseDesk
{
    /// <summary>
    /// Upkeep that comes later than this was stopped: with the process, with the machine, or for lack of a thread.
    /// </summary>
    private static readonly long LongestLag = (long)(2 * PoolClock.TickPeriod).TotalMilliseconds;

    /// <summary>More rents than this in a tick are too many to read the clock for each.</summary>
    internal const int MaxQuietRents = 1_000;

    private long _staleAfter = long.MaxValue;
    private long _wallOffset = long.MinValue;
    private bool _isQuiet = true;
    private int _quietRents;

    private long _promptFreshSince = long.MinValue;

    /// <summary>
    /// What the short path of a rent compares with: nothing is fresh enough for it while the pool is quiet.
    /// </summary>
    internal long PromptFreshSince => Volatile.Read(ref _promptFreshSince);

    /// <summary>
    /// Idle connections that were last known to be alive before this moment must be validated before they are lent.
    /// </summary>
    internal long FreshSince => Volatile.Read(ref _freshSince);

    /// <summary>Claims a slot after the first would not do, or was lost to another thread.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal Slot? SearchOn(Slot first, long word, long freshSince, out long ticket)
    {
        if (SlotWord.StateOf(word) == SlotState.Idle && first.FreshAt >= freshSince)
        {
            // Another thread came between the look and the swap, a matter of a nanosecond. That is how leases too short
            // for LoadSample to see show that they run at once; upkeep narrows the spread again.
            Spread++;
        }

        return _slots.TryTakeIdle(freshSince == long.MaxValue ? ReadFreshSince() : freshSince, out ticket);
    }

    /// <summary>Begins a tick's count of rents. Up to <see cref="MaxQuietRents"/> a tick read the clock.</summary>
    /// <param name="isQuiet">Whether there were few in the last.</param>
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
    /// The server may have dropped us: every idle connection must prove itself before its next lease.
    /// </summary>
    internal void RequireValidation()
    {
        lock (_gate)
        {
            // Beyond every time that a slot may have noted so far, so that all of them are stale from here on.
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
    /// For a caller of a quiet pool, who reads the clock: right after a stop of the process or the machine, it may come
    /// before upkeep does. Two reads cost nothing that shows in a thousand rents a second. Where there are more, the
    /// coarse clock has to do until upkeep comes.
    /// </summary>
    private long ReadFreshSince()
    {
        var staleAfter = Volatile.Read(ref _staleAfter);
        if (staleAfter == long.MaxValue)
        {
            return FreshSince;
        }

        // A count that loses some to other threads does.
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

    /// <summary>Under the lock, for a caller that has just read the clock.</summary>
    private void AdvanceTo(long now)
    {
        Volatile.Write(ref _now, Math.Max(_now, now));
        if (_staleAfter != long.MaxValue)
        {
            Publish(Math.Max(_freshSince, _now - _staleAfter));
        }
    }

    /// <summary>
    /// Under the lock. A machine that sleeps stops the monotonic clock, and only the wall clock tells for how long. One
    /// that was put right by hand costs a few validations.
    /// </summary>
    private void CheckClocks(long now)
    {
        var unaccounted = Unaccounted(now);
        Volatile.Write(ref _wallOffset, WallOffset(now));
        AdvanceTo(now);
        Publish(unaccounted >= LongestLag && _staleAfter != long.MaxValue ? Math.Max(_freshSince, _now - Math.Max(0, _staleAfter - unaccounted)) : _freshSince);
    }

    private void Publish(long freshSince)
    {
        Volatile.Write(ref _freshSince, freshSince);
        Volatile.Write(ref _promptFreshSince, _isQuiet && _staleAfter != long.MaxValue ? long.MaxValue : freshSince);
    }

    /// <summary>How much further the wall clock has come since the last look than the monotonic one.</summary>
    private long Unaccounted(long now) => Volatile.Read(ref _wallOffset) is var before && before == long.MinValue ? 0 : WallOffset(now) - before;

    private long WallOffset(long now) => Clock.UtcNow.ToUnixTimeMilliseconds() - now;

    private void AdvanceClock() => Volatile.Write(ref _now, Math.Max(_now, Clock.ElapsedMilliseconds));
}
