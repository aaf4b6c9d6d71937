using System.Runtime.CompilerServices;
using Cenote.Leasing;

namespace Cenote.AdoNet;

/// <summary>
/// The one field that leads from a connection to its pool: the pool itself before the first lease, then the slot of the
/// last lease, or <see cref="ConnectionDetails"/> with one of them as soon as the connection needs more. Most never do,
/// and their object stays small.
/// </summary>
/// <remarks>
/// Only an opening thread sets the slot, but any thread may add the details meanwhile. Both compare, so neither change
/// is lost.
/// </remarks>
internal static class ConnectionOwner
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Slot? SlotOf(object? owner) => owner as Slot ?? (owner as ConnectionDetails)?.Target as Slot;

    internal static ConnectionPool PoolOf(object owner) => owner switch
    {
        Slot slot => slot.Pool!,
        ConnectionDetails details => PoolOf(details.Target),
        _ => (ConnectionPool)owner,
    };

    /// <summary>Gets the details, and creates them if they do not exist.</summary>
    internal static ConnectionDetails RequireDetails(ref object owner)
    {
        while (true)
        {
            var seen = Volatile.Read(ref owner);
            if (seen is ConnectionDetails existing)
            {
                return existing;
            }

            var details = new ConnectionDetails(seen);
            if (Interlocked.CompareExchange(ref owner, details, seen) == seen)
            {
                return details;
            }
        }
    }

    /// <summary>Sets the slot of a new lease.</summary>
    internal static void SetSlot(ref object owner, Slot slot)
    {
        var seen = Volatile.Read(ref owner);
        if (seen is not ConnectionDetails details)
        {
            if (Interlocked.CompareExchange(ref owner, slot, seen) == seen)
            {
                return;
            }

            details = (ConnectionDetails)Volatile.Read(ref owner);
        }

        details.Target = slot;
    }
}
