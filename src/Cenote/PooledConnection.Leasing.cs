using System.Runtime.CompilerServices;
using Cenote.AdoNet;

namespace Cenote;

// Who may use the session, and when.
//
// A lease that is returned while a call is on its way into the driver could let that call hit the next holder's session, and a
// driver's object that two threads use at once can bring the process down. So every call announces itself first (_callsInside)
// and then looks at the stamp; whoever closes changes the stamp first and then looks for calls. Both steps are full fences:
// either the call sees that the connection is closing and goes no further, or the closing thread sees the call, and leaves the
// return to it (_isHandedOver). Until then the connection is closed to its user, and leased to the pool.
public sealed partial class PooledConnection
{
    private ConnectionLease _lease;
    private int _stamp;
    private int _callsInside;
    private bool _isHandedOver;
    private bool _isDisposed;
    private bool _isFinalizerSuppressed;

    /// <summary>Announces a call into the driver. Every success is followed by one <see cref="Leave"/>.</summary>
    /// <exception cref="InvalidOperationException">The connection is not open.</exception>
    internal ConnectionLease Enter() => TryEnter(out var lease) ? lease : throw NotOpen();

    /// <inheritdoc cref="Enter"/>
    internal bool TryEnter(out ConnectionLease lease)
    {
        Interlocked.Increment(ref _callsInside);
        if (TryGetLease(out lease))
        {
            return true;
        }

        Leave();
        return false;
    }

    /// <summary>Announces a call that is only right for one certain lease.</summary>
    internal bool TryEnterAs(in ConnectionLease lease)
    {
        if (!TryEnter(out var current))
        {
            return false;
        }

        if (current == lease)
        {
            return true;
        }

        Leave();
        return false;
    }

    internal void Leave()
    {
        if (Interlocked.Decrement(ref _callsInside) == 0)
        {
            FinishIfHandedOver();
        }
    }

    /// <summary>The lease, if the connection is open and the pool has not taken it back.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool TryGetLease(out ConnectionLease lease)
    {
        var stamp = Volatile.Read(ref _stamp);
        lease = _lease;
        // A lease is two words, which another thread's re-opening may be changing: an unchanged stamp proves them a pair.
        Volatile.ReadBarrier();
        return (stamp & ConnectionPhase.Mask) == ConnectionPhase.Open && stamp == _stamp && lease.IsActive;
    }

    /// <summary>What to tell a holder from whom the pool has taken the lease that this object was opened with.</summary>
    private LeaseRevokedException? Revocation =>
        (Volatile.Read(ref _stamp) & ConnectionPhase.Mask) == ConnectionPhase.Open ? _lease.Revocation : null;

    private bool IsRevoked => Revocation is not null;

    /// <summary>
    /// Whether the session of the lease is lost, so that a disposal must not throw: its failure would hide the one that said so, which its
    /// caller has seen or is about to see.
    /// </summary>
    internal static bool IsLost(in ConnectionLease lease) => lease.Slot is { RetireReason: CloseReason.ConnectionLost };
}
