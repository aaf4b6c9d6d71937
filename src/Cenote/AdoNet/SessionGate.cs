using System.Runtime.CompilerServices;

namespace Cenote.AdoNet;

/// <summary>
/// The lease of one <see cref="PooledConnection"/>, the calls that use its session, and the order in which both may
/// end.
/// </summary>
/// <remarks>
/// <para>
/// A lease that is returned while a call is on its way into the driver could let that call reach the next holder's
/// session. A driver's object that two threads use at once can crash the process. So each call enters first and then
/// reads the stamp. A closing thread changes the stamp first and then looks for calls. Both steps are full fences.
/// Either the call sees that the connection is closing and stops, or the closing thread sees the call and leaves the
/// return to it (<see cref="HandOver"/>). Until then the connection is closed to its user, and the pool counts its
/// lease as leased.
/// </para>
/// <para>
/// The stamp holds a <see cref="ConnectionPhase"/> and counts the leases above it. A mutable struct, so that a
/// connection stays one object: it is a field of its connection and is never copied.
/// </para>
/// </remarks>
internal struct SessionGate
{
    private ConnectionLease _lease;
    private int _stamp;
    private int _callsInside;

    // A number, because the interleaving checker fails on the exchange of a bool.
    private int _isHandedOver;
    private bool _isDisposed;

    /// <summary>Creates a gate that is open with the lease.</summary>
    internal SessionGate(in ConnectionLease lease)
    {
        _lease = lease;
        _stamp = ConnectionPhase.Open;
    }

    /// <summary>Gets the phase of the connection, one of <see cref="ConnectionPhase"/>.</summary>
    internal readonly int Phase => Volatile.Read(in _stamp) & ConnectionPhase.Mask;

    /// <summary>Gets whether the connection was disposed of.</summary>
    internal readonly bool IsDisposed => _isDisposed;

    /// <summary>Gets whether a call has entered and not left.</summary>
    internal readonly bool HasCallsInside => Volatile.Read(in _callsInside) != 0;

    /// <summary>Gets the lease for the thread that closes the connection, and for the finalizer.</summary>
    internal readonly ConnectionLease ClosingLease => _lease;

    /// <summary>
    /// Gets the end of the lease that the connection was opened with, if the pool has revoked it.
    /// </summary>
    internal readonly LeaseRevokedException? Revocation => Phase == ConnectionPhase.Open ? _lease.Revocation : null;

    /// <summary>Gets the lease, if the connection is open and the pool has not revoked it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal readonly bool TryGetLease(out ConnectionLease lease)
    {
        var stamp = Volatile.Read(in _stamp);
        lease = _lease;
        // A lease is two words, which a re-opening thread may be changing. An unchanged stamp shows that they belong
        // together.
        Volatile.ReadBarrier();
        return (stamp & ConnectionPhase.Mask) == ConnectionPhase.Open && stamp == _stamp && lease.IsActive;
    }

    /// <summary>
    /// Enters a call into the driver. One <see cref="Leave"/> follows, also after <see langword="false"/>.
    /// </summary>
    /// <returns>Whether the call may use the lease.</returns>
    internal bool Enter(out ConnectionLease lease)
    {
        Interlocked.Increment(ref _callsInside);
        return TryGetLease(out lease);
    }

    /// <summary>Leaves a call after <see cref="Enter"/>.</summary>
    /// <returns>Whether the caller must finish a closing that was left to it.</returns>
    internal bool Leave() => Interlocked.Decrement(ref _callsInside) == 0 && TakeOverIfHandedOver();

    /// <summary>Begins to open. Only one of several threads goes on.</summary>
    internal bool TryBeginOpening()
    {
        var stamp = Volatile.Read(ref _stamp);
        return !_isDisposed
            && (stamp & ConnectionPhase.Mask) == ConnectionPhase.Closed
            && Interlocked.CompareExchange(ref _stamp, stamp | ConnectionPhase.Opening, stamp) == stamp;
    }

    /// <summary>Opens the gate for calls on the lease.</summary>
    /// <returns><see langword="false"/> when the connection was disposed of meanwhile. The caller then closes it
    /// again.</returns>
    internal bool FinishOpening(in ConnectionLease lease)
    {
        _lease = lease;

        // The full fence matters: either this thread sees that the object was disposed of meanwhile, or the disposing
        // thread sees the open connection.
        Interlocked.Exchange(ref _stamp, (_stamp & ~ConnectionPhase.Mask) | ConnectionPhase.Open);
        return !Volatile.Read(ref _isDisposed);
    }

    /// <summary>Returns to closed, because no lease was rented.</summary>
    internal void GiveUpOpening() =>
        // Compares, because an open that was rejected after its success is already closed.
        Interlocked.CompareExchange(
            ref _stamp, _stamp & ~ConnectionPhase.Mask, (_stamp & ~ConnectionPhase.Mask) | ConnectionPhase.Opening);

    /// <summary>
    /// Prevents the connection from being opened again. Together with <see cref="FinishOpening"/>, it ensures that a
    /// connection disposed of during its opening does not keep its lease.
    /// </summary>
    internal void MarkDisposed()
    {
        Volatile.Write(ref _isDisposed, true);
        if (Phase != ConnectionPhase.Open)
        {
            // Only for a concurrent opening. Closing an open connection has its own fence.
            Interlocked.MemoryBarrier();
        }
    }

    /// <summary>Begins to close. Only one of several threads goes on, and new calls are stopped.</summary>
    internal bool TryBeginClosing()
    {
        var stamp = Volatile.Read(ref _stamp);
        return (stamp & ConnectionPhase.Mask) == ConnectionPhase.Open
            && Interlocked.CompareExchange(ref _stamp, stamp | ConnectionPhase.Closing, stamp) == stamp;
    }

    /// <summary>Finishes the closing after the lease was returned. The connection may be opened again.</summary>
    internal void FinishClosing() => Volatile.Write(ref _stamp, (_stamp & ~ConnectionPhase.Mask) + ConnectionPhase.NextLease);

    /// <summary>
    /// Leaves the rest of the closing to a call inside. The closing thread looks for calls again afterwards, and takes
    /// the closing back when the last one has left (<see cref="TryTakeOver"/>).
    /// </summary>
    internal void HandOver()
    {
        Interlocked.Exchange(ref _isHandedOver, 1);

        // A reader enters its calls with plain writes, without a fence.
        Interlocked.MemoryBarrierProcessWide();
    }

    /// <summary>Takes over the rest of a closing that was handed over.</summary>
    /// <returns><see langword="false"/> when another thread has taken it.</returns>
    internal bool TryTakeOver() => Interlocked.Exchange(ref _isHandedOver, 0) != 0;

    /// <inheritdoc cref="TryTakeOver"/>
    internal bool TakeOverIfHandedOver() => Volatile.Read(ref _isHandedOver) != 0 && TryTakeOver();
}
