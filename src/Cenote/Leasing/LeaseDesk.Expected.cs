namespace Cenote.Leasing;

// Opens are held back while connections in reset or validation serve callers sooner.
internal sealed partial class LeaseDesk
{
    private static readonly long NoDoubt = TimeSpan.MaxValue.Ticks;

    /// <summary>The number of opens at once beside leases when none was ever measured.</summary>
    private const int OpensAtFirst = 4;

    private readonly WaitedTime _waitedTime = new();

    /// <summary>What the open that starts next has cost. Guarded by the lock.</summary>
    private TimeSpan _spentOnNext;

    private long _doubtAt = NoDoubt;

    internal ExpectedConnections Expected { get; }

    /// <summary>Gets how long a blocked caller may sleep before it must check again whether an open is due.</summary>
    internal int MillisecondsToDoubt => Volatile.Read(ref _doubtAt) is var at && at == NoDoubt
        ? int.MaxValue
        : (int)Math.Clamp(Math.Ceiling((TimeSpan.FromTicks(at) - Clock.Elapsed).TotalMilliseconds), 1, int.MaxValue);

    /// <summary>
    /// Handles a reset or a validation that may have taken too long by now: opens that were held back for it may be
    /// due.
    /// </summary>
    private void OnDoubt()
    {
        lock (_gate)
        {
            _doubtAt = NoDoubt;
        }

        Settle();
    }

    /// <summary>
    /// Checks again for a blocked caller that has slept until then, because the timer needs a thread of the thread
    /// pool.
    /// </summary>
    internal void LookAgainIfInDoubt()
    {
        if (Clock.Elapsed.Ticks >= Volatile.Read(ref _doubtAt))
        {
            OnDoubt();
        }
    }

    /// <summary>Returns whether one more open should start now. Under the lock.</summary>
    /// <param name="now">The pool's clock.</param>
    /// <param name="over">Receives callers whose wait is already over.</param>
    /// <param name="isInDoubt">Whether the timer must be armed, because no other event would cause another
    /// check.</param>
    private bool WantsOpening(TimeSpan now, ref List<Waiter>? over, ref bool isInDoubt)
    {
        var milliseconds = (long)now.TotalMilliseconds;
        var servable = _queue.Servable;
        if (!Capacity.WantsOpening(servable, milliseconds))
        {
            isInDoubt = Capacity.HeadRoom is { DueIn: var dueIn } && TryDoubtIn(dueIn, now);
            return false;
        }

        var coming = servable == 0 ? default : Expected.GetOutlook(_slots.All);
        var waiting = WeedQueue(Capacity.UnderWay + coming.Soon + coming.Late + 1, now, ref over);
        var doubtIn = coming.DoubtIn;
        if (Capacity.WantsOpening(coming.CountNeedy(waiting), milliseconds)
            && (Capacity.WantsOpening(0, milliseconds) || !IsServedSooner(now, ref doubtIn)))
        {
            return true;
        }

        isInDoubt = (waiting > Capacity.UnderWay && TryDoubtIn(doubtIn, now)) | (Capacity.HeadRoom is { DueIn: var missingIn } && TryDoubtIn(missingIn, now));
        return false;
    }

    /// <summary>Brings the moment of the next check forward, unless the time is zero.</summary>
    private bool TryDoubtIn(TimeSpan doubtIn, TimeSpan now)
    {
        if (doubtIn <= TimeSpan.Zero || (now + doubtIn).Ticks is var doubtAt && doubtAt >= _doubtAt)
        {
            return false;
        }

        Volatile.Write(ref _doubtAt, (now + doubtIn).Ticks);
        return true;
    }

    /// <summary>
    /// Returns whether returns serve the waiting callers sooner than an open that starts now, and their waiting has not
    /// yet cost as much as an open. Before any lease was measured, a few opens may start.
    /// </summary>
    private bool IsServedSooner(TimeSpan now, ref TimeSpan doubtIn)
    {
        var waiting = _queue.Servable;
        if (Expected.Opens.Value is not { } open || open == TimeSpan.Zero || _slots.CountOf(SlotState.Leased) is not (> 0 and var leased))
        {
            return false;
        }

        if (Expected.Uses.Value is not { } use)
        {
            if (Capacity.UnderWay < OpensAtFirst)
            {
                Spend(open);
                return false;
            }
        }
        else if ((waiting - Capacity.UnderWay) * use > leased * open)
        {
            return false;
        }

        var balance = _waitedTime.With(FindLongestWait(now), waiting);
        if (balance >= open)
        {
            Spend(open);
            return false;
        }

        var left = TimeSpan.FromTicks(Math.Max(1, (open - balance).Ticks / waiting));
        doubtIn = doubtIn > TimeSpan.Zero && doubtIn < left ? doubtIn : left;
        return true;
    }

    private void Spend(TimeSpan open)
    {
        _waitedTime.Spend(open);
        _spentOnNext = open;
    }

    /// <summary>Adds the waits of callers that have left without a connection.</summary>
    private void AddWaits(List<Waiter>? left, int first, TimeSpan now)
    {
        for (var i = first; i < left?.Count; i++)
        {
            _waitedTime.Add(WaitedForOpen(now, left[i]));
        }
    }

    /// <summary>
    /// Returns the part of a wait that an open could have shortened: without the time in which the caller's lane had
    /// all that it may have.
    /// </summary>
    private TimeSpan WaitedForOpen(TimeSpan now, Waiter waiter)
    {
        var waited = WaitedUntil(now, waiter);
        return Lanes is { } lanes ? Shorter(waited, now - lanes.ServableSince(waiter.Lane, now)) : waited;
    }

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;

    /// <summary>Returns the longest wait in the queue that an open could have shortened.</summary>
    private TimeSpan FindLongestWait(TimeSpan now)
    {
        if (Lanes is not { } lanes)
        {
            return FindLongestWait(_queue, now);
        }

        var longest = TimeSpan.Zero;
        foreach (var lane in lanes.All)
        {
            var waited = Shorter(FindLongestWait(lane.Waiting, now), now - lanes.ServableSince(lane.Index, now));
            longest = waited > longest ? waited : longest;
        }

        return longest;
    }

    /// <summary>
    /// Returns the longest wait in a list: that of the first caller that did not come back, if no other is longer.
    /// </summary>
    private static TimeSpan FindLongestWait(WaiterList waiting, TimeSpan now)
    {
        var longest = TimeSpan.Zero;
        for (var waiter = waiting.First; waiter is not null; waiter = waiter.IsBack ? waiter.Next : null)
        {
            var waited = WaitedUntil(now, waiter);
            longest = waited > longest ? waited : longest;
        }

        return longest;
    }

    /// <summary>
    /// Arms the timer without the lock, because a clock of the application may call back. Another thread may have
    /// brought the moment forward meanwhile; the last one arms the timer for the moment in force.
    /// </summary>
    private void ArmDoubtTimer()
    {
        var at = Volatile.Read(ref _doubtAt);
        while (at != NoDoubt)
        {
            var time = TimeSpan.FromTicks(at) - Clock.Elapsed;
            SetTimer(ref _doubtTimer, static state => ((LeaseDesk)state!).OnDoubt(), time);
            var latest = Volatile.Read(ref _doubtAt);
            if (latest == at)
            {
                return;
            }

            at = latest;
        }
    }
}
