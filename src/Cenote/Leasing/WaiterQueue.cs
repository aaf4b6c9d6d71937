namespace Cenote.Leasing;

/// <summary>
/// The callers queued for a lease, first come first served. Guarded by the desk's lock. Entering and leaving is O(1),
/// except for a caller that comes back to its place.
/// </summary>
internal sealed class WaiterQueue(LeaseDesk desk)
{
    /// <summary>
    /// The distance between the places of new callers: between two of them is the place of all callers that come back
    /// and came when the first of the two was the last.
    /// </summary>
    private const int Distance = 2;

    private static long s_queues;

    private Waiter? _first;
    private Waiter? _last;
    private Waiter? _spare;
    private int _spares;
    private int _unneeded;

    /// <summary>
    /// The last place. No two queues have a place in common, because a waiter that another queue still remembers may be
    /// used by this one.
    /// </summary>
    private long _sequence = Interlocked.Increment(ref s_queues) << 44;
    private WaitDeadlines? _deadlines;

    internal int Count { get; private set; }

    /// <summary>Gets how many of them block a thread.</summary>
    internal int Blocking { get; private set; }

    /// <summary>Gets the number of the last waiter that entered.</summary>
    internal long LastSequence => Volatile.Read(ref _sequence);

    internal Waiter? First => _first;

    /// <summary>Gets the deadlines of the waiters.</summary>
    internal WaitDeadlines Deadlines => _deadlines ??= new WaitDeadlines(desk, this);

    /// <summary>Gets the number of finished waiters that are kept for later callers.</summary>
    internal int Spares => _spares;

    /// <summary>Returns the call sites of the first waiting callers.</summary>
    internal List<CallSite> DescribeSites(int most)
    {
        List<CallSite> sites = [];
        for (var waiter = _first; waiter is not null && sites.Count < most; waiter = waiter.Next)
        {
            sites.Add(waiter.CallSite);
        }

        return sites;
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
            Deadlines.Trim();
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
        waiter.Sequence = place == 0 ? _sequence += Distance : place;
        var next = place == 0 ? null : _first;
        while (next is not null && (next.Sequence < place || (next.Sequence == place && next.StartedAt <= waiter.StartedAt)))
        {
            next = next.Next;
        }

        if (place > _sequence)
        {
            // No caller came since. An open that begins now is for this one, too, and fails it if it fails.
            _sequence += Distance;
        }

        InsertBefore(next, waiter);
        waiter.IsQueued = true;
        Count++;
        if (waiter.IsBlocking)
        {
            Blocking++;
        }

        Deadlines.Add(waiter, isLast: next is null);
    }

    /// <summary>
    /// Returns the place of a caller that comes back: before every new caller that came after it. Among callers with
    /// this place, the one that came first is first.
    /// </summary>
    /// <param name="last">The last place when it came.</param>
    internal static long PlaceAfter(long last) => last + 1;

    /// <summary>
    /// Takes out callers from the front that can no longer use a connection, until enough are found that can. No caller
    /// is served, or opened for, just because a timer or a callback has not run yet.
    /// </summary>
    /// <returns>How many can, up to <paramref name="most"/>.</returns>
    internal int Weed(int most, TimeSpan now, ref List<Waiter>? over)
    {
        var usable = 0;
        for (var waiter = _first; waiter is not null && usable < most;)
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

    internal void Remove(Waiter waiter)
    {
        if (waiter.Previous is null)
        {
            _first = waiter.Next;
        }
        else
        {
            waiter.Previous.Next = waiter.Next;
        }

        if (waiter.Next is null)
        {
            _last = waiter.Previous;
        }
        else
        {
            waiter.Next.Previous = waiter.Previous;
        }

        waiter.Previous = null;
        waiter.Next = null;
        waiter.IsQueued = false;
        Count--;
        if (waiter.IsBlocking)
        {
            Blocking--;
        }

        if (Count == 0)
        {
            Deadlines.Clear();
        }
    }

    private void InsertBefore(Waiter? next, Waiter waiter)
    {
        var previous = next is null ? _last : next.Previous;
        waiter.Previous = previous;
        waiter.Next = next;
        if (previous is null)
        {
            _first = waiter;
        }
        else
        {
            previous.Next = waiter;
        }

        if (next is null)
        {
            _last = waiter;
        }
        else
        {
            next.Previous = waiter;
        }
    }
}
