namespace Cenote.Leasing;

/// <summary>
/// A chooser of the next caller to serve, and of the callers to reject. Guarded by the desk's lock; allocates nothing.
/// </summary>
/// <remarks>
/// CoDel as in RFC 8289, section 5: <see cref="Take"/> is its dequeue. A packet is a waiter. The queue's last waiter is
/// never rejected, as a link with less than a packet's worth queued drops none.
/// </remarks>
internal sealed class LoadShedder(LoadSheddingOptions options)
{
    private TimeSpan? _firstAbove;
    private TimeSpan _dropNext;
    private int _count;
    private int _lastCount;
    private bool _isDropping;

    /// <summary>
    /// Takes the first waiter that is to be served out of a lane that is not empty. A caller that came back, because
    /// its connection was dead, is served, and its wait says nothing about the load.
    /// </summary>
    /// <param name="queue">The queue.</param>
    /// <param name="list">The waiters of the lane. The first can still use a connection.</param>
    /// <param name="now">The pool's clock.</param>
    /// <param name="shed">Receives the waiters that are rejected.</param>
    /// <param name="over">Receives the waiters whose wait was already over.</param>
    internal Waiter Take(WaiterQueue queue, WaiterList list, TimeSpan now, ref List<Waiter>? shed, ref List<Waiter>? over)
    {
        if (list.First is { IsBack: true } back)
        {
            queue.Remove(back);
            return back;
        }

        var waiter = TakeFirst(queue, list, now, ref over, out var mayDrop);
        if (_isDropping)
        {
            _isDropping = mayDrop;

            // Here the algorithm assumes a link that never stops. A pool stops while all its connections are leased:
            // drops that fell due meanwhile are not made up for.
            _dropNext = now - _dropNext > options.Interval ? now : _dropNext;
            while (_isDropping && now >= _dropNext && !waiter.IsBack)
            {
                (shed ??= []).Add(waiter);
                _count++;
                waiter = TakeFirst(queue, list, now, ref over, out mayDrop);
                _isDropping = mayDrop || waiter.IsBack;
                _dropNext += _isDropping ? Spacing() : TimeSpan.Zero;
            }
        }
        else if (mayDrop)
        {
            (shed ??= []).Add(waiter);
            waiter = TakeFirst(queue, list, now, ref over, out _);
            _isDropping = true;

            // A queue that was long shortly before continues at about the rate that controlled it then.
            var delta = _count - _lastCount;
            _count = delta > 1 && now - _dropNext < 16 * options.Interval ? delta : 1;
            _dropNext = now + Spacing();
            _lastCount = _count;
        }

        return waiter;
    }

    /// <summary>Records that the queue has become empty without this: no caller waits too long any more.</summary>
    internal void RecordEmpty() => _firstAbove = null;

    /// <summary>Forgets the past, because waits were long for another reason than load.</summary>
    internal void Restart() => (_firstAbove, _isDropping, _count, _lastCount) = (null, false, 0, 0);

    private Waiter TakeFirst(WaiterQueue queue, WaiterList list, TimeSpan now, ref List<Waiter>? over, out bool mayDrop)
    {
        // The first was checked under this lock; its token may be cancelled since, and it is served all the same. The
        // next one is checked, so that a rejected caller leaves another one behind that can be served.
        var waiter = list.First!;
        queue.Remove(waiter);
        queue.Weed(list, 1, now, ref over);
        mayDrop = false;
        if (waiter.IsBack)
        {
            return waiter;
        }

        if (waiter.Request.WaitedAt(now) < options.TargetDelay || list.Count == 0)
        {
            _firstAbove = null;
        }
        else if (_firstAbove is not { } first)
        {
            _firstAbove = now + options.Interval;
        }
        else
        {
            mayDrop = now >= first;
        }

        return waiter;
    }

    private TimeSpan Spacing() => options.Interval / Math.Sqrt(_count);
}
