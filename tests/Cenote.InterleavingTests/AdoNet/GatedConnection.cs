using Cenote.AdoNet;
using Cenote.InterleavingTests.Desk;

namespace Cenote.InterleavingTests.AdoNet;

/// <summary>
/// The real session gate on leases of the real desk, used in the order in which a pooled connection uses it.
/// </summary>
internal sealed class GatedConnection(TestDesk desk)
{
    private SessionGate _gate;
    private int _returned;
    private int _calls;

    /// <summary>How many leases were returned.</summary>
    public int Returned => Volatile.Read(ref _returned);

    public int Phase => _gate.Phase;

    public ConnectionLease Lease => _gate.TryGetLease(out var lease) ? lease : default;

    /// <returns>Whether the connection was opened and stayed so.</returns>
    public bool Open()
    {
        if (!_gate.TryBeginOpening())
        {
            return false;
        }

        if (_gate.FinishOpening(desk.Rent()))
        {
            return true;
        }

        Close();
        return false;
    }

    public void Close()
    {
        if (_gate.TryBeginClosing())
        {
            Return();
        }
    }

    public void Dispose()
    {
        _gate.MarkDisposed();
        Close();
    }

    /// <summary>A call of the driver, which fails the schedule if the lease ends under it.</summary>
    /// <returns>Whether the call was let in.</returns>
    public bool Call() => Call(expected: null);

    /// <summary>A call that is only right for one lease, as that of a reader or a transaction is.</summary>
    public bool CallAs(ConnectionLease expected) => Call(expected);

    private bool Call(ConnectionLease? expected)
    {
        var isIn = _gate.Enter(out var lease) && (expected is null || expected == lease);
        if (isIn)
        {
            // Several calls of one holder may be inside at once, so that the session itself cannot tell.
            Check.That(lease.IsActive, "a call was let in to a lease that had ended");
            Interlocked.Increment(ref _calls);
            Check.That(lease.IsActive, "the lease was returned under a call");
        }

        if (_gate.Leave())
        {
            Return();
        }

        return isIn;
    }

    private void Return()
    {
        while (_gate.HasCallsInside)
        {
            _gate.HandOver();
            if (_gate.HasCallsInside || !_gate.TryTakeOver())
            {
                return;
            }
        }

        Check.That(_gate.ClosingLease.IsActive, "a lease was returned twice");
        _gate.ClosingLease.Dispose();
        Interlocked.Increment(ref _returned);
        _gate.FinishClosing();
    }
}
