using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading.Tasks.Sources;

namespace Cenote.Leasing;

/// <summary>
/// A rent that was not served on the short path: what its <see cref="ValueTask{TResult}"/> is made of, in two
/// registers. A value task itself is returned through memory, and copies of it in the caller's frame would cost as much
/// as the rest of the short path.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal readonly struct PendingRent
{
    private readonly object _source;
    private readonly short _version;

    internal PendingRent(Waiter waiter, short version)
    {
        _source = waiter;
        _version = version;
    }

    internal PendingRent(Task<ConnectionLease> task) => _source = task;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ValueTask<ConnectionLease> AsValueTask() => _source is Waiter waiter
        ? new ValueTask<ConnectionLease>(waiter, _version)
        : new ValueTask<ConnectionLease>((Task<ConnectionLease>)_source);
}
