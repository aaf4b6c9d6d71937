namespace Cenote.ReadReplicas.Topology;

/// <summary>
/// The positions of the primary over time. A replica lacks what was written after the last moment at which the primary
/// had the replica's position. So a lag is measured on one clock, and a primary without writes causes no lag. A replica
/// whose receiver has died lags, although it has applied all that it received. Guarded by the keeper's lock.
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

            // The position went back after a crash or a backup. Earlier entries are unreachable.
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

        // The replica was behind already at the first entry, for an unknown time.
        return _entries.Count == 0 ? TimeSpan.Zero : now - _entries[0].Since;
    }

    private readonly record struct Entry(ReplicationPosition Position, TimeSpan Since, TimeSpan Until);
}
