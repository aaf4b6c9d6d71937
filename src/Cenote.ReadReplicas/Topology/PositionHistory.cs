namespace Cenote.ReadReplicas.Topology;

/// <summary>
/// Where the primary was, and until when: what a replica lacks was written after the last moment at which the primary
/// was no further than the replica is. So a lag is measured on one clock, a primary without writes makes nobody lag,
/// and a replica whose receiver has died does, although it has applied all that it received. Guarded by the keeper's
/// lock.
/// </summary>
internal sealed class PositionHistory
{
    /// <summary>
    /// With a probe a second, a quarter of an hour of uninterrupted writes; beyond it a lag is known to be at least so
    /// much.
    /// </summary>
    private const int Capacity = 1024;

    private readonly List<Entry> _entries = [];

    internal bool IsEmpty => _entries.Count == 0;

    internal void Clear() => _entries.Clear();

    /// <summary>The primary is at a position now.</summary>
    internal void Record(ReplicationPosition position, TimeSpan now)
    {
        if (_entries.Count > 0 && _entries[^1].Position.Covers(position))
        {
            if (position.Covers(_entries[^1].Position))
            {
                _entries[^1] = _entries[^1] with { Until = now };
                return;
            }

            // It has gone back: a crash, a backup. Nobody will ever reach what was there before.
            _entries.Clear();
        }

        if (_entries.Count == Capacity)
        {
            _entries.RemoveAt(0);
        }

        _entries.Add(new Entry(position, now, now));
    }

    /// <summary>
    /// How far behind a server is that has come so far; zero when it has all that the primary had at its last probe.
    /// </summary>
    internal TimeSpan LagOf(ReplicationPosition position, TimeSpan now)
    {
        // From the newest: most replicas have that, or nearly.
        for (var i = _entries.Count - 1; i >= 0; i--)
        {
            if (position.Covers(_entries[i].Position))
            {
                return i == _entries.Count - 1 ? TimeSpan.Zero : now - _entries[i].Until;
            }
        }

        // It was behind when the primary was seen there first, and for nobody knows how long.
        return _entries.Count == 0 ? TimeSpan.Zero : now - _entries[0].Since;
    }

    private readonly record struct Entry(ReplicationPosition Position, TimeSpan Since, TimeSpan Until);
}
