using System.Runtime.CompilerServices;
using Cenote.Leasing;

namespace Cenote.AdoNet;

/// <summary>
/// The lease of one <see cref="PooledConnection"/>, the calls that use its session, and the order in which both may
/// end.
/// </summary>
/// <remarks>
/// <para>
/// A lease that is returned while a call is on its way into the driver could let that call reach the next holder's
/// session. A driver's object that two threads use at once can crash the process. So one word has the phase and the
/// number of calls inside. A call enters by a swap that finds the phase open. A closing thread ends that phase by a
/// swap that shows the calls inside, and leaves the return to the last of them (<see cref="HandOver"/>). Until then the
/// connection is closed to its user, and the pool counts its lease as leased.
/// </para>
/// <para>
/// The lease itself is only changed while the phase is opening. While a call is inside, it stays.
/// </para>
/// <para>
/// A view of the fields of a connection, which keep the object small: three separate fields fit where a struct of them
/// does not.
/// </para>
/// </remarks>
/// <param name="word">The phase, the marks and the counts (<see cref="GateWord"/>).</param>
/// <param name="owner">The slot of the lease, and more (<see cref="ConnectionOwner"/>).</param>
/// <param name="ticket">The ticket of the lease.</param>
internal readonly ref struct SessionGate(ref int word, ref object owner, ref long ticket)
{
    private readonly ref int _word = ref word;
    private readonly ref object _owner = ref owner;
    private readonly ref long _ticket = ref ticket;

    /// <summary>Gets the phase of the connection, one of <see cref="ConnectionPhase"/>.</summary>
    internal int Phase => GateWord.PhaseOf(Volatile.Read(in _word));

    /// <summary>Gets whether the connection was disposed of.</summary>
    internal bool IsDisposed => (Volatile.Read(in _word) & GateWord.Disposed) != 0;

    /// <summary>Gets whether a call has entered and not left.</summary>
    internal bool HasCallsInside => (Volatile.Read(in _word) & GateWord.Calls) != 0;

    /// <summary>
    /// Gets the lease for a call inside, for the thread that closes the connection, and for the finalizer.
    /// </summary>
    internal ConnectionLease ClosingLease
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ConnectionOwner.SlotOf(Volatile.Read(in _owner)) is { } slot ? new ConnectionLease(slot, _ticket) : default;
    }

    /// <summary>
    /// Gets the end of the lease that the connection was opened with, if the pool has revoked it.
    /// </summary>
    internal LeaseRevokedException? Revocation => Phase == ConnectionPhase.Open ? ClosingLease.Revocation : null;

    /// <summary>Gets the lease, if the connection is open and the pool has not revoked it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool TryGetLease(out ConnectionLease lease)
    {
        var seen = Volatile.Read(in _word);
        lease = ClosingLease;
        // A lease is two words, which a re-opening thread may be changing. An unchanged number of leases shows that
        // they belong together.
        Volatile.ReadBarrier();
        return GateWord.PhaseOf(seen) == ConnectionPhase.Open && GateWord.IsSameLease(seen, _word) && lease.IsActive;
    }

    /// <summary>Opens a gate that no other thread knows yet, with the lease in its fields.</summary>
    internal void StartOpen() => _word = ConnectionPhase.Open;

    /// <summary>
    /// Enters a call into the driver. One <see cref="Leave"/> follows after <see langword="true"/>.
    /// </summary>
    /// <returns>Whether the call is inside. Its lease may have been revoked.</returns>
    internal bool TryEnter(out ConnectionLease lease)
    {
        int seen;
        do
        {
            seen = Volatile.Read(in _word);
            if (GateWord.PhaseOf(seen) != ConnectionPhase.Open)
            {
                lease = default;
                return false;
            }

            if ((seen & GateWord.Calls) == GateWord.Calls)
            {
                throw new InvalidOperationException("Thousands of calls use the connection at once. A connection is for one call at a time.");
            }
        }
        while (!TryChange(seen, seen + GateWord.Call));

        lease = ClosingLease;
        return true;
    }

    /// <summary>Leaves a call after <see cref="TryEnter"/>.</summary>
    /// <returns>Whether the caller must finish a closing that was left to it.</returns>
    internal bool Leave() =>
        (Interlocked.Add(ref _word, -GateWord.Call) & (GateWord.Calls | GateWord.HandedOver)) == GateWord.HandedOver && TryTakeOver();

    /// <summary>Begins to open. Only one of several threads goes on.</summary>
    internal bool TryBeginOpening()
    {
        int seen;
        do
        {
            seen = Volatile.Read(in _word);
            if (GateWord.PhaseOf(seen) != ConnectionPhase.Closed || (seen & GateWord.Disposed) != 0)
            {
                return false;
            }
        }
        while (!TryChange(seen, GateWord.With(seen, ConnectionPhase.Opening)));

        return true;
    }

    /// <summary>Opens the gate for calls on the lease.</summary>
    /// <returns><see langword="false"/> when the connection was disposed of meanwhile. The caller then closes it
    /// again.</returns>
    internal bool FinishOpening(in ConnectionLease lease)
    {
        ConnectionOwner.SetSlot(ref _owner, lease.Slot!);
        _ticket = lease.Ticket;
        int seen;
        do
        {
            seen = Volatile.Read(in _word);
        }
        while (!TryChange(seen, GateWord.With(seen, ConnectionPhase.Open)));

        return (seen & GateWord.Disposed) == 0;
    }

    /// <summary>Returns to closed, because no lease was rented.</summary>
    internal void GiveUpOpening()
    {
        // Looks at the phase, because an open that was rejected after its success is already closed.
        int seen;
        do
        {
            seen = Volatile.Read(in _word);
        }
        while (GateWord.PhaseOf(seen) == ConnectionPhase.Opening && !TryChange(seen, GateWord.With(seen, ConnectionPhase.Closed)));
    }

    /// <summary>Begins to close. Only one of several threads goes on, and new calls are stopped.</summary>
    internal bool TryBeginClosing() => TryBeginClosing(mark: 0);

    /// <summary>
    /// Prevents the connection from being opened again, and begins to close it. A connection that is being opened is
    /// closed by its opener (<see cref="FinishOpening"/>).
    /// </summary>
    /// <returns>Whether the caller closes the connection.</returns>
    internal bool TryBeginDisposing() => TryBeginClosing(GateWord.Disposed);

    /// <summary>Finishes the closing after the lease was returned. The connection may be opened again.</summary>
    internal void FinishClosing()
    {
        // No call is inside or can enter, and the mark of a disposal is the only change that another thread can make.
        var seen = Volatile.Read(in _word);
        if ((seen & GateWord.Disposed) != 0)
        {
            Volatile.Write(ref _word, GateWord.AfterClosing(seen));
            return;
        }

        while (!TryChange(seen, GateWord.AfterClosing(seen)))
        {
            seen = Volatile.Read(in _word);
        }
    }

    /// <summary>
    /// Leaves the rest of the closing to a call inside. The closing thread looks for calls again afterwards, and takes
    /// the closing back when the last one has left (<see cref="TryTakeOver"/>).
    /// </summary>
    internal void HandOver()
    {
        int seen;
        do
        {
            seen = Volatile.Read(in _word);
        }
        while (!TryChange(seen, seen | GateWord.HandedOver));

        // A reader enters its calls with plain writes, without a fence.
        Interlocked.MemoryBarrierProcessWide();
    }

    /// <summary>Takes over the rest of a closing that was handed over.</summary>
    /// <returns><see langword="false"/> when another thread has taken it.</returns>
    internal bool TryTakeOver()
    {
        int seen;
        do
        {
            seen = Volatile.Read(in _word);
            if ((seen & GateWord.HandedOver) == 0)
            {
                return false;
            }
        }
        while (!TryChange(seen, seen & ~GateWord.HandedOver));

        return true;
    }

    private bool TryBeginClosing(int mark)
    {
        int seen, next;
        do
        {
            seen = Volatile.Read(in _word);
            next = seen | mark;
            if (GateWord.PhaseOf(seen) == ConnectionPhase.Open)
            {
                next = GateWord.With(next, ConnectionPhase.Closing);
            }
            else if (next == seen)
            {
                return false;
            }
        }
        while (!TryChange(seen, next));

        return GateWord.PhaseOf(seen) == ConnectionPhase.Open;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryChange(int seen, int next) => Interlocked.CompareExchange(ref _word, next, seen) == seen;
}
