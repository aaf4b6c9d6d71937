namespace Cenote.Events;

/// <summary>
/// The last events, up to a capacity. The oldest makes room for the next. Grows with its contents. Not thread-safe.
/// </summary>
internal readonly struct EventRing(int capacity)
{
    private readonly Queue<PoolEvent> _events = new();

    internal void Add(PoolEvent happened)
    {
        if (capacity == 0)
        {
            return;
        }

        if (_events.Count == capacity)
        {
            _events.Dequeue();
        }

        _events.Enqueue(happened);
    }

    internal void CopyAfter(long sequence, List<PoolEvent> events)
    {
        foreach (var happened in _events)
        {
            if (happened.Sequence > sequence)
            {
                events.Add(happened);
            }
        }
    }
}
