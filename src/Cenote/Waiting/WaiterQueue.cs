using Cenote.Leasing;

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

    /// <summary>Takes a waiter for re-use, or makes one.</summary>
    internal Waiter Take(LeaseDesk desk)
    {
        var waiter = _spare;
        if (waiter is null)
        {
            return new Waiter(desk);
        }

        _spare = waiter.Next;
        waiter.Next = null;
        return waiter;
    }

    /// <summary>Keeps a finished waiter for the next caller.</summary>
    internal void GiveBack(Waiter waiter)
    {
        waiter.Next = _spare;
        _spare = waiter;
    }

    internal void Enqueue(Waiter waiter)
    {
        waiter.Sequence = ++_sequence;
        waiter.IsQueued = true;
        waiter.Previous = _last;
        if (_last is null)
        {
            _first = waiter;
        }
        else
        {
            _last.Next = waiter;
        }

        _last = waiter;
        Added(waiter);
    }

    /// <summary>For a waiter that was served first and got a connection that turned out dead: it is the first again.</summary>
    internal void EnqueueFirst(Waiter waiter)
    {
        waiter.Sequence = _first?.Sequence ?? ++_sequence;
        waiter.IsQueued = true;
        waiter.Next = _first;
        if (_first is null)
        {
            _last = waiter;
        }
        else
        {
            _first.Previous = waiter;
        }

        _first = waiter;
        Added(waiter);
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

    private void Added(Waiter waiter)
    {
        Count++;
        if (waiter.IsBlocking)
        {
            Blocking++;
        }
    }
}
