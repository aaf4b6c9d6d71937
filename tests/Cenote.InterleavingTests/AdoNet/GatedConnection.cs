using Cenote.AdoNet;
using Cenote.InterleavingTests.Desk;

namespace Cenote.InterleavingTests.AdoNet;

/// <summary>
/// The real session gate on leases of the real desk, used in the order in which a pooled connection uses it.
/// </summary>
internal sealed class GatedConnection(TestDesk desk)
{
    // In place of a pool, which no call of these tests reaches.
    private object _owner = new();
    private long _ticket;
    private int _word;
    private int _returned;
    private int _calls;

    /// <summary>How many leases were returned.</summary>
    public int Returned => Volatile.Read(ref _returned);

    private SessionGate Gate => new(ref _word, ref _owner, ref _ticket);

    public int Phase => Gate.Phase;

    public ConnectionLease Lease => Gate.TryGetLease(out var lease) ? lease : default;

    /// <returns>Whether the connection was opened and stayed so.</returns>
    public bool Open()
    {
        if (!Gate.TryBeginOpening())
        {
            return false;
        }

        if (Gate.FinishOpening(desk.Rent()))
        {
            return true;
        }

        Close();
        return false;
    }

    public void Close()
    {
        if (Gate.TryBeginClosing())
        {
            Return();
        }
    }

    public void Dispose()
    {
        if (Gate.TryBeginDisposing())
        {
            Return();
        }
    }

    /// <summary>Adds the state that few connections need.</summary>
    public ConnectionDetails Grow() => ConnectionOwner.RequireDetails(ref _owner);

    /// <summary>A call of the driver, which fails the schedule if the lease ends under it.</summary>
    /// <returns>Whether the call was let in.</returns>
    public bool Call() => Call(expected: null);

    /// <summary>A call that is only right for one lease, as that of a reader or a transaction is.</summary>
    public bool CallAs(ConnectionLease expected) => Call(expected);

    private bool Call(ConnectionLease? expected)
    {
        if (!Gate.TryEnter(out var lease))
        {
            return false;
        }

        var isIn = lease.IsActive && (expected is null || expected == lease);
        if (isIn)
        {
            // Several calls of one holder may be inside at once, so that the session itself cannot tell.
            Check.That(lease.IsActive, "a call was let in to a lease that had ended");
            Interlocked.Increment(ref _calls);
            Check.That(lease.IsActive, "the lease was returned under a call");
        }

        if (Gate.Leave())
        {
            Return();
        }

        return isIn;
    }

    private void Return()
    {
        while (Gate.HasCallsInside)
        {
            Gate.HandOver();
            if (Gate.HasCallsInside || !Gate.TryTakeOver())
            {
                return;
            }
        }

        Check.That(Gate.ClosingLease.IsActive, "a lease was returned twice");
        Gate.ClosingLease.Dispose();
        Interlocked.Increment(ref _returned);
        Gate.FinishClosing();
    }
}
