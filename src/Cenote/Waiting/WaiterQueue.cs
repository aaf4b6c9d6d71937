namespace Cenote.Waiting;

/// <summary>The callers queued for a lease, first come first served. Guarded by the desk's lock; every operation is O(1).</summary>
internal sealed class WaiterQueue
{
    private Waiter? _first;
    private Waiter? _last;
    private Waiter? _spare;
    private long _sequence;

    internal int Count { get; private set; }

    /// <summary>How many of them block a thread.</summary>
    internal int Blocking { get; private set; }

    /// <summary>The number given to the last waiter that joined.</summary>
    internal long LastSequence => _sequence;

    internal Waiter? First => _first;

    /// <summary>Where the first so many of those who wait ask from.</summary>
    internal List<CallSite> DescribeSites(int most)
    {
        List<CallSite> sites = [];
        for (var waiter = _first; waiter is not null && sites.Count < most; waiter = waiter.Next)
        {
            sites.Add(waiter.Request.CallSite);
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
        }

        return waiter;
    }

    /// <summary>Keeps a finished waiter for the next caller.</summary>
    internal void GiveBack(Waiter waiter)
    {
        waiter.Next = _spare;
        _spare = waiter;
    }

    /// <summary>At the end; or, for a caller that had its turn and got a dead connection, in the place that it had.</summary>
    internal void Enqueue(Waiter waiter)
    {
        var place = waiter.Request.Place;
        waiter.Sequence = place == 0 ? ++_sequence : place;
        var next = place == 0 ? null : _first;
        while (next is not null && next.Sequence < place)
        {
            next = next.Next;
        }

        InsertBefore(next, waiter);
        waiter.IsQueued = true;
        Count++;
        if (waiter.IsBlocking)
        {
            Blocking++;
        }
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
