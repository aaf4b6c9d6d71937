namespace Cenote.ReadReplicas.Routing;

/// <summary>
/// The reads that are on the primary because no replica could serve them, and their limit. A lease shows whether it
/// has ended, so ended ones need no notification. They are removed when the limit seems to be reached.
/// </summary>
internal sealed class PrimaryReads(ReplicaSetOptions options)
{
    private readonly object _gate = new();
    private readonly List<ConnectionLease> _leases = [];
    private int _entering;

    /// <summary>The limit, for a primary of this pool.</summary>
    internal int LimitOf(ConnectionPool primary) => options.MaxReadsOnPrimary ?? Math.Max(1, primary.GetStatistics().MaxSize / 2);

    /// <summary>Reads on the primary now.</summary>
    internal int Count
    {
        get
        {
            lock (_gate)
            {
                StrikeEnded();
                return _leases.Count + _entering;
            }
        }
    }

    /// <summary>Takes a place; followed by <see cref="Enter"/> or <see cref="GiveUp"/>.</summary>
    internal bool TryReserve(ConnectionPool primary)
    {
        var limit = LimitOf(primary);
        lock (_gate)
        {
            if (_leases.Count + _entering >= limit)
            {
                StrikeEnded();
                if (_leases.Count + _entering >= limit)
                {
                    return false;
                }
            }

            _entering++;
            return true;
        }
    }

    internal void Enter(ConnectionLease lease)
    {
        lock (_gate)
        {
            _entering--;
            _leases.Add(lease);
        }
    }

    internal void GiveUp()
    {
        lock (_gate)
        {
            _entering--;
        }
    }

    private void StrikeEnded() => _leases.RemoveAll(static lease => !lease.IsActive);
}
