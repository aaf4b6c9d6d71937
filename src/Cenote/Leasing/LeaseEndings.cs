namespace Cenote.Leasing;

/// <summary>
/// The leases of one slot that the pool took back from their holders lately, so that a late holder can be told what
/// happened. An ending is noted before the lease ends, and taken back if somebody else ended it first: whoever finds
/// the lease ended finds the reason.
/// </summary>
internal sealed class LeaseEndings
{
    /// <summary>
    /// Holders later than that many endings of the same slot are told only that their lease has ended.
    /// </summary>
    private const int Capacity = 32;

    private readonly List<LeaseEnding> _endings = [];

    internal void Add(LeaseEnding ending)
    {
        lock (_endings)
        {
            _endings.Add(ending);
        }
    }

    /// <summary>Its lease has ended by it. Now an older one may be forgotten.</summary>
    internal void Keep()
    {
        lock (_endings)
        {
            if (_endings.Count > Capacity)
            {
                _endings.RemoveAt(0);
            }
        }
    }

    internal void Remove(LeaseEnding ending)
    {
        lock (_endings)
        {
            _endings.RemoveAll(other => ReferenceEquals(other, ending));
        }
    }

    internal LeaseEnding? Find(long ticket)
    {
        lock (_endings)
        {
            return _endings.Find(ending => ending.Lease.Lease.Ticket == ticket);
        }
    }
}
