using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Cenote.Leasing;

/// <summary>
/// A rent that was not served on the short path: what its <see cref="ValueTask{TResult}"/> is made of, in two
/// registers. A value task itself is returned through memory, and copies of it in the caller's frame would cost as much
/// as the rest of the short path.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal readonly struct PendingRent
{
    // A waiter and its version, or the slot and the ticket of a lease, or a task.
    private readonly object _source;
    private readonly long _number;

    internal PendingRent(Waiter waiter, short version)
    {
        _source = waiter;
        _number = version;
    }

    internal PendingRent(in ConnectionLease lease)
    {
        _source = lease.Slot!;
        _number = lease.Ticket;
    }

    internal PendingRent(Task<ConnectionLease> task) => _source = task;

    internal static PendingRent From(ValueTask<ConnectionLease> rent) =>
        rent.IsCompletedSuccessfully ? new PendingRent(rent.Result) : new PendingRent(rent.AsTask());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ValueTask<ConnectionLease> AsValueTask() =>
        _source is Waiter waiter ? new ValueTask<ConnectionLease>(waiter, (short)_number)
        : _source is Slot slot ? new ValueTask<ConnectionLease>(new ConnectionLease(slot, _number))
        : new ValueTask<ConnectionLease>((Task<ConnectionLease>)_source);
}
