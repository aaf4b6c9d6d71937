namespace Cenote.Leasing;

/// <summary>
/// The deadlines of the waiters of one lane, for the one timer of the queue. Guarded by the desk's lock; allocates
/// nothing once it has grown.
/// </summary>
/// <remarks>
/// Callers with the same timeout queue in the order of their deadlines: the queue itself sorts them. Only a waiter
/// whose deadline is before that of an earlier one is also kept in a heap. A waiter that leaves the queue stays in the
/// heap until it comes to the top, or until most of the heap is such waiters.
/// </remarks>
internal sealed class WaitDeadlines(LeaseDesk desk, WaiterQueue queue, WaiterList list)
{
    private const int SmallHeap = 64;

    private readonly PriorityQueue<(Waiter Waiter, long Sequence), TimeSpan> _outOfOrder = new();
    private TimeSpan _latest = TimeSpan.MinValue;

    /// <summary>Gets the earliest deadline; <see cref="TimeSpan.MaxValue"/> when no caller waits.</summary>
    internal TimeSpan Earliest
    {
        get
        {
            var earliest = TimeSpan.MaxValue;
            for (var waiter = list.First; waiter is not null; waiter = waiter.Next)
            {
                if (waiter.IsInOrder)
                {
                    earliest = waiter.Deadline;
                    break;
                }
            }

            DropGone();
            return _outOfOrder.TryPeek(out _, out var other) && other < earliest ? other : earliest;
        }
    }

    /// <summary>Adds a waiter that was queued.</summary>
    /// <param name="waiter">The waiter.</param>
    /// <param name="isLast">Whether it is the last of the queue.</param>
    internal void Add(Waiter waiter, bool isLast)
    {
        if (isLast && waiter.Deadline >= _latest)
        {
            waiter.IsInOrder = true;
            _latest = waiter.Deadline;
            return;
        }

        waiter.IsInOrder = false;
        _outOfOrder.Enqueue((waiter, waiter.Sequence), waiter.Deadline);
        if (_outOfOrder.Count > SmallHeap && _outOfOrder.Count > 2 * list.Count)
        {
            Rebuild();
        }
    }

    /// <summary>Takes the waiters out of the queue whose deadline has passed.</summary>
    internal void TakeOverdue(TimeSpan now, ref List<Waiter>? over)
    {
        for (var waiter = list.First; waiter is not null;)
        {
            var next = waiter.Next;
            if (waiter.Deadline <= now)
            {
                Take(waiter, ref over);
            }
            else if (waiter.IsInOrder)
            {
                break;
            }

            waiter = next;
        }

        for (DropGone(); _outOfOrder.TryPeek(out var entry, out var deadline) && deadline <= now; DropGone())
        {
            Take(entry.Waiter, ref over);
        }
    }

    /// <summary>Forgets everything: no caller waits.</summary>
    internal void Clear()
    {
        _latest = TimeSpan.MinValue;
        if (_outOfOrder.Count > 0)
        {
            _outOfOrder.Clear();
        }
    }

    /// <summary>Frees memory that a crowd needed.</summary>
    internal void Trim() => _outOfOrder.TrimExcess();

    private void Take(Waiter waiter, ref List<Waiter>? over)
    {
        queue.Remove(waiter);
        (over ??= []).Add(waiter);
    }

    private void DropGone()
    {
        // Callers that come back may have a place one after the other, and use the same waiter: the deadline tells them
        // apart.
        while (_outOfOrder.TryPeek(out var entry, out var deadline)
            && !(entry.Waiter.IsQueuedAt(desk, entry.Sequence) && !entry.Waiter.IsInOrder && entry.Waiter.Deadline == deadline))
        {
            _outOfOrder.Dequeue();
        }
    }

    private void Rebuild()
    {
        Clear();
        for (var waiter = list.First; waiter is not null; waiter = waiter.Next)
        {
            waiter.IsInOrder = waiter.Deadline >= _latest;
            if (waiter.IsInOrder)
            {
                _latest = waiter.Deadline;
            }
            else
            {
                _outOfOrder.Enqueue((waiter, waiter.Sequence), waiter.Deadline);
            }
        }
    }
}
