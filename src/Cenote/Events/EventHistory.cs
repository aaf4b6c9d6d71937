namespace Cenote.Events;

/// <summary>
/// The last events of a pool, in bounded memory. Connections that come and go have a half of it to themselves: a pool
/// that opens and closes many would otherwise push the few events out that say why.
/// </summary>
internal sealed class EventHistory
{
    private readonly EventRing _traffic;
    private readonly EventRing _rest;
    private readonly object _gate = new();
    private long _sequence;

    /// <param name="capacity">How many events are kept.</param>
    internal EventHistory(int capacity)
    {
        _traffic = new EventRing(capacity / 2);
        _rest = new EventRing(capacity - (capacity / 2));
    }

    /// <summary>Gives the event its number, and keeps it.</summary>
    internal PoolEvent Add(PoolEvent happened)
    {
        lock (_gate)
        {
            var numbered = happened with { Sequence = ++_sequence };
            (IsTraffic(happened) ? _traffic : _rest).Add(numbered);
            return numbered;
        }
    }

    /// <summary>What is kept, and came after the number given; the oldest first.</summary>
    internal IReadOnlyList<PoolEvent> Read(long after)
    {
        List<PoolEvent> events = [];
        lock (_gate)
        {
            _traffic.CopyAfter(after, events);
            _rest.CopyAfter(after, events);
        }

        events.Sort(static (left, right) => left.Sequence.CompareTo(right.Sequence));
        return events;
    }

    private static bool IsTraffic(PoolEvent happened) => happened.Kind is PoolEventKind.ConnectionOpened or PoolEventKind.ConnectionClosed;
}
