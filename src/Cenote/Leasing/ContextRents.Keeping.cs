using Cenote.Providers;

namespace Cenote.Leasing;

// Clean sessions that keep the context of their last lease (WhenDirtyOptions.KeepSessionContexts).
internal sealed partial class ContextRents
{
    /// <summary>
    /// The number of slots that a rent looks at for a session that has its context. It looks only while no caller
    /// waits, so the order of callers stays.
    /// </summary>
    private const int MaxLooks = 64;

    private readonly bool _keepsContexts;
    private readonly ConnectionSettings _withoutReset;

    /// <summary>
    /// Takes an idle connection whose session has the wanted context, or none if none is wanted. The caller checks the
    /// session again, because maintenance may have replaced it between the reads. Without such a connection, the caller
    /// takes any, as without this search.
    /// </summary>
    /// <param name="wanted">The context.</param>
    /// <param name="site">The caller's site.</param>
    /// <param name="mayReplace">Whether a session without a context will do, which spares those of other
    /// leases.</param>
    private ConnectionLease TryTakeCarrier(SessionContextEntry[] wanted, CallSite site, bool mayReplace)
    {
        // Without a name every session that keeps its context has none.
        if (!_keepsContexts || IsReady(wanted) || (_desk.Attention & ~(int)Attention.Guarded) != 0)
        {
            return default;
        }

        var freshSince = _desk.ExactFreshSince;
        var slots = _desk.Slots.All;
        Slot? blank = null;
        foreach (var slot in slots[..Math.Min(slots.Length, MaxLooks)])
        {
            if (slot.State != SlotState.Idle || slot.Physical is not { } physical)
            {
                continue;
            }

            if (!Carries(physical, wanted))
            {
                blank ??= Carries(physical, []) ? slot : null;
            }
            else if (TryTake(slot, freshSince, site) is { IsValid: true } lease)
            {
                return lease;
            }
        }

        return mayReplace && blank is not null ? TryTake(blank, freshSince, site) : default;
    }

    private ConnectionLease TryTake(Slot slot, long freshSince, CallSite site)
    {
        var word = slot.Word;
        var ticket = SlotWord.Rent(word);
        if (SlotWord.StateOf(word) != SlotState.Idle || slot.FreshAt < freshSince || !slot.TryLeaveIdle(word, ticket))
        {
            return default;
        }

        slot.SetHolder(ticket, _desk, site);
        _desk.IdleTaken();
        return slot.PreparesLeases && !_desk.TryBeginLease(slot, ticket) ? default : new ConnectionLease(slot, ticket);
    }

    /// <summary>Returns whether the session of a lease needs no change. That of a revoked lease needs none.</summary>
    private bool IsReady(in ConnectionLease lease, SessionContextEntry[] wanted)
    {
        if (!_keepsContexts || IsReady(wanted))
        {
            return IsReady(wanted);
        }

        if (lease.TryGetPhysical() is not { } physical)
        {
            return true;
        }

        if (!Carries(physical, wanted))
        {
            return false;
        }

        if (wanted.Length > 0)
        {
            _desk.Meters.ContextsKept.Increment();
        }

        return true;
    }

    /// <summary>Records that the session is about to change, and that it is not known how far that comes.</summary>
    private void BeginChange(PhysicalConnection physical, SessionContextEntry[] wanted)
    {
        if (_keepsContexts)
        {
            physical.Carried = PhysicalConnection.UnknownContext;
        }

        if (!_keepsContexts || !CanRestore(wanted) || !physical.HasOneSession)
        {
            physical.MarkDirty();
        }
    }

    /// <summary>
    /// Returns whether a later rent can replace the context without a reset, and may want it again. A trace differs
    /// with each request.
    /// </summary>
    private bool CanRestore(SessionContextEntry[] wanted) => !_keepsContexts
        || wanted.Length == 0
        || (wanted[0].Kind != SessionContextEntryKind.Trace && _carrier!.FindProblem(SessionContext.Of(wanted), _withoutReset) is null);

    private static bool Carries(PhysicalConnection physical, SessionContextEntry[] wanted)
    {
        var carried = physical.Carried;
        return physical.HasNoMark
            && !ReferenceEquals(carried, PhysicalConnection.UnknownContext)
            && SessionContextEntry.AreSpelledAs(carried, wanted);
    }
}
