namespace Cenote.Events;

/// <summary>
/// The last events of a pool, in bounded memory. Opened and closed connections have one half of it, because they would
/// otherwise push out the few events that explain them. Not thread-safe: the journal locks it.
/// </summary>
internal sealed class EventHistory
{
    private readonly EventRing _traffic;
    private readonly EventRing _rest;
    private long _sequence;

    /// <param name="capacity">The number of events that are kept.</param>
    internal EventHistory(int capacity)
    {
        _traffic = new EventRing(capacity / 2);
        _rest = new EventRing(capacity - (capacity / 2));
    }

    /// <summary>Numbers the event and keeps it.</summary>
    internal PoolEvent Add(PoolEvent happened)
    {
        var numbered = new PoolEvent(happened) { Sequence = ++_sequence };
        (IsTraffic(happened) ? _traffic : _rest).Add(numbered);
        return numbered;
    }

    /// <summary>Gets the kept events after a number, the oldest first.</summary>
    internal IReadOnlyList<PoolEvent> Read(long after)
    {
        List<PoolEvent> events = [];
        _traffic.CopyAfter(after, events);
        _rest.CopyAfter(after, events);
        events.Sort(static (left, right) => left.Sequence.CompareTo(right.Sequence));
        return events;
    }

    private static bool IsTraffic(PoolEvent happened) => happened.Kind is PoolEventKind.ConnectionOpened or PoolEventKind.ConnectionClosed;
}
