namespace Cenote.Leasing;

/// <summary>
/// The leases of one slot that the pool revoked recently, so that a late holder gets the reason. An ending is recorded
/// before the lease ends, and removed if the lease ended otherwise first. A caller that finds the lease ended therefore
/// finds the reason.
/// </summary>
internal sealed class LeaseEndings
{
    /// <summary>
    /// The number of endings of one slot that are kept. A holder that comes later only learns that its lease has ended.
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

    /// <summary>Keeps the ending because its lease has ended by it. Now an older one may be forgotten.</summary>
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
