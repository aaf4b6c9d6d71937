namespace Cenote.Leasing;

/// <summary>
/// The callers queued for a lease, first come first served within their lane. Guarded by the desk's lock. Entering and
/// leaving is O(1), except for a caller that comes back to its place.
/// </summary>
/// <remarks>
/// Without lanes it is itself the one list: threads that pass on connections would otherwise take another object from
/// each other's caches.
/// </remarks>
internal sealed class WaiterQueue : WaiterList
{
    /// <summary>
    /// The distance between the places of new callers: between two of them is the place of all callers that come back
    /// and came when the first of the two was the last.
    /// </summary>
    private const int Distance = 2;

    private static long s_queues;

    private readonly LeaseDesk _desk;
    private readonly LaneTable? _lanes;

    /// <summary>One for each lane; the queue itself for a pool without lanes.</summary>
    private readonly WaiterList[] _lists;
    private int _total;
    private Waiter? _spare;
    private int _spares;
    private int _unneeded;

    /// <summary>
    /// The last place. No two queues have a place in common, because a waiter that another queue still remembers may be
    /// used by this one.
    /// </summary>
    private long _sequence = Interlocked.Increment(ref s_queues) << 44;

    internal WaiterQueue(LeaseDesk desk, LaneTable? lanes = null)
    {
        _desk = desk;
        _lanes = lanes;
        _lists = lanes is null ? [this] : [.. lanes.All.Select(static lane => lane.Waiting)];
    }

    /// <summary>Gets how many wait, in all lanes.</summary>
    internal new int Count => _lanes is null ? base.Count : _total;

    /// <summary>Gets how many of them block a thread.</summary>
    internal int Blocking { get; private set; }

    /// <summary>Gets the number of the last waiter that entered.</summary>
    internal long LastSequence => Volatile.Read(ref _sequence);

    /// <summary>Gets the waiter that queued first, of all lanes.</summary>
    internal new Waiter? First => _lanes is null ? base.First : FindFirst();

    /// <summary>Gets the waiter that the next connection serves, if any may be served.</summary>
    internal Waiter? Next => _lanes is null ? base.First : _lanes.FindNext();

    /// <summary>
    /// Gets how many waiters a connection could serve. Others wait because their lane has all that it may have.
    /// </summary>
    internal int Servable => _lanes is null ? Count : _lanes.CountServable();

    /// <summary>Gets the earliest deadline; <see cref="TimeSpan.MaxValue"/> when no caller waits.</summary>
    internal TimeSpan EarliestDeadline
    {
        get
        {
            var earliest = TimeSpan.MaxValue;
            foreach (var list in _lists)
            {
                if (list.Deadlines is { Earliest: var deadline } && deadline < earliest)
                {
                    earliest = deadline;
                }
            }

            return earliest;
        }
    }

    /// <summary>Takes the waiters out of the queue whose deadline has passed.</summary>
    internal void TakeOverdue(TimeSpan now, ref List<Waiter>? over)
    {
        foreach (var list in _lists)
        {
            list.Deadlines?.TakeOverdue(now, ref over);
        }
    }

    /// <summary>Gets the number of finished waiters that are kept for later callers.</summary>
    internal int Spares => _spares;

    /// <summary>Returns the call sites of the first waiting callers.</summary>
    /// <param name="most">How many.</param>
    /// <param name="lane">Their lane; below 0 for all callers.</param>
    internal List<CallSite> DescribeSites(int most, int lane = -1)
    {
        List<(long Sequence, CallSite Site)> sites = [];
        foreach (var list in lane < 0 ? _lists : [_lists[lane]])
        {
            var left = most;
            for (var waiter = list.First; waiter is not null && left > 0; waiter = waiter.Next, left--)
            {
                sites.Add((waiter.Sequence, waiter.CallSite));
            }
        }

        return [.. sites.OrderBy(static waiter => waiter.Sequence).Take(most).Select(static waiter => waiter.Site)];
    }

    /// <summary>Takes a waiter for re-use, if there is one.</summary>
    internal Waiter? TakeSpare()
    {
        var waiter = _spare;
        if (waiter is not null)
        {
            _spare = waiter.Next;
            waiter.Next = null;
            _unneeded = Math.Min(_unneeded, --_spares);
        }

        return waiter;
    }

    /// <summary>Keeps a finished waiter for the next caller.</summary>
    internal void PutBack(Waiter waiter)
    {
        waiter.Next = _spare;
        _spare = waiter;
        _spares++;
    }

    /// <summary>
    /// Drops the spare waiters that were not needed since the last call, which belong to an earlier crowd.
    /// </summary>
    /// <param name="kept">The number that stays in any case.</param>
    internal void DropUnneeded(int kept)
    {
        // The waiters on top of the stack were used last.
        var staying = Math.Max(kept, _spares - _unneeded);
        if (staying < _spares)
        {
            DropSpares(staying);
            foreach (var list in _lists)
            {
                list.Deadlines?.Trim();
            }
        }

        _unneeded = _spares;
    }

    /// <summary>Drops the spare waiters but for so many.</summary>
    internal void DropSpares(int staying)
    {
        _spares = staying;
        if (staying == 0)
        {
            _spare = null;
            return;
        }

        var last = _spare!;
        for (var i = 1; i < staying; i++)
        {
            last = last.Next!;
        }

        last.Next = null;
    }

    /// <summary>
    /// Adds a waiter at the end or, for a caller that got a dead connection, in its earlier place.
    /// </summary>
    /// <param name="waiter">The waiter.</param>
    /// <param name="place">The earlier place; 0 for a new caller.</param>
    internal void Enqueue(Waiter waiter, long place = 0)
    {
        var list = ListOf(waiter);
        waiter.Sequence = place == 0 ? _sequence += Distance : place;
        var next = place == 0 ? null : list.First;
        while (next is not null && (next.Sequence < place || (next.Sequence == place && next.StartedAt <= waiter.StartedAt)))
        {
            next = next.Next;
        }

        if (place > _sequence)
        {
            // No caller came since. An open that begins now is for this one, too, and fails it if it fails.
            _sequence += Distance;
        }

        list.InsertBefore(next, waiter);
        waiter.IsQueued = true;
        _total++;
        if (waiter.IsBlocking)
        {
            Blocking++;
        }

        (list.Deadlines ??= new WaitDeadlines(_desk, this, list)).Add(waiter, isLast: next is null);
    }

    /// <summary>
    /// Returns the place of a caller that comes back: before every new caller that came after it. Among callers with
    /// this place, the one that came first is first.
    /// </summary>
    /// <param name="last">The last place when it came.</param>
    internal static long PlaceAfter(long last) => last + 1;

    /// <summary>
    /// Takes out callers from the front of each lane that can no longer use a connection, until enough are found that
    /// can. No caller is served, or opened for, just because a timer or a callback has not run yet.
    /// </summary>
    /// <returns>How many can, and would be served, up to <paramref name="most"/>.</returns>
    internal int Weed(int most, TimeSpan now, ref List<Waiter>? over)
    {
        if (_lanes is null)
        {
            return Weed(this, most, now, ref over);
        }

        foreach (var list in _lists)
        {
            Weed(list, most, now, ref over);
        }

        return Math.Min(most, _lanes.CountServable());
    }

    /// <summary>Takes out callers from the front of one lane.</summary>
    /// <inheritdoc cref="Weed(int, TimeSpan, ref List{Waiter}?)"/>
    internal int Weed(WaiterList list, int most, TimeSpan now, ref List<Waiter>? over)
    {
        var usable = 0;
        for (var waiter = list.First; waiter is not null && usable < most;)
        {
            var next = waiter.Next;
            if (waiter.IsOver(now))
            {
                Remove(waiter);
                (over ??= []).Add(waiter);
            }
            else
            {
                usable++;
            }

            waiter = next;
        }

        return usable;
    }

    internal WaiterList ListOf(Waiter waiter) => _lanes is null ? this : _lists[waiter.Lane];

    internal new void Remove(Waiter waiter)
    {
        if (_lanes is null)
        {
            base.Remove(waiter);
        }
        else
        {
            _lists[waiter.Lane].Remove(waiter);
        }

        waiter.IsQueued = false;
        _total--;
        if (waiter.IsBlocking)
        {
            Blocking--;
        }

        _lanes?.Left(waiter.Lane);
    }

    private Waiter? FindFirst()
    {
        Waiter? first = null;
        foreach (var list in _lists)
        {
            if (list.First is { } waiter && (first is null || waiter.Sequence < first.Sequence))
            {
                first = waiter;
            }
        }

        return first;
    }
}
