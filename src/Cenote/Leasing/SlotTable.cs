using System.Runtime.CompilerServices;

namespace Cenote.Leasing;

/// <summary>
/// The pool's slots. A slot is created for the first connection that needs it. The table grows and never shrinks: slots
/// beyond the limit stay empty.
/// </summary>
internal sealed class SlotTable
{
    /// <summary>
    /// The number of the lowest slots that every search looks at. Busy threads may keep to one of these each.
    /// </summary>
    internal static readonly int Near = Math.Clamp(Environment.ProcessorCount, 8, 64);

    private readonly LeaseDesk _desk;
    private IdleIndex[] _indexes = [];
    private Slot[] _slots;
    private int _count;
    private int _size;
    private int _lowestEmpty;

    internal SlotTable(LeaseDesk desk, int size)
    {
        _desk = desk;
        _slots = new Slot[Math.Min(size, Near)];
        Grow(size);
        Create();
    }

    /// <summary>Gets the slots that were ever needed.</summary>
    internal ReadOnlySpan<Slot> All
    {
        get
        {
            // In this order: a later array has every slot of an earlier count.
            var count = Volatile.Read(ref _count);
            return Volatile.Read(ref _slots).AsSpan(0, count);
        }
    }

    /// <summary>Gets the number of slots that there may be.</summary>
    internal int Size => Volatile.Read(ref _size);

    /// <summary>Returns how many leases all slots have given.</summary>
    internal long CountRents()
    {
        var rents = 0L;
        foreach (var slot in All)
        {
            rents += SlotWord.LeasesOf(slot.Word);
        }

        return rents;
    }

    /// <summary>Returns how many resets have begun.</summary>
    internal long CountResets()
    {
        var resets = 0L;
        foreach (var slot in All)
        {
            resets += slot.Age.Resets;
        }

        return resets;
    }

    /// <summary>Returns how many leases needed no reset.</summary>
    internal long CountSavedResets()
    {
        var saved = 0L;
        foreach (var slot in All)
        {
            saved += slot.Age.SavedResets;
        }

        return saved;
    }

    /// <summary>Allows more slots. Called under the desk's lock.</summary>
    internal void Grow(int size)
    {
        if (size <= _size)
        {
            return;
        }

        Volatile.Write(ref _size, size);
    }

    /// <summary>
    /// Claims an idle slot for another purpose than a rent, the highest first, because the lowest are the busiest.
    /// </summary>
    /// <param name="next">The state to bring it to.</param>
    internal Slot? TryClaimIdle(SlotState next)
    {
        var slots = All;
        var indexes = Volatile.Read(ref _indexes);
        for (var i = indexes.Length - 1; i >= 0; i--)
        {
            for (var id = indexes[i].FindPrevious(indexes[i].EndId); id >= 0; id = indexes[i].FindPrevious(id))
            {
                if (id < slots.Length && TryClaim(slots[id], next))
                {
                    return slots[id];
                }
            }
        }

        for (var id = Math.Min(slots.Length, Near) - 1; id >= 0; id--)
        {
            if (TryClaim(slots[id], next))
            {
                return slots[id];
            }
        }

        return null;
    }

    /// <summary>Returns whether any connection is idle, fresh or not.</summary>
    internal bool HasIdle()
    {
        var slots = All;
        foreach (var slot in slots[..Math.Min(slots.Length, Near)])
        {
            if (slot.State == SlotState.Idle)
            {
                return true;
            }
        }

        foreach (var index in Volatile.Read(ref _indexes))
        {
            if (index.FindNext(index.FirstId) >= 0)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// Returns the lowest slot without a connection. Called under the desk's lock, the only place where empty slots are
    /// taken.
    /// </summary>
    internal Slot? FindEmpty()
    {
        for (; _lowestEmpty < _count; _lowestEmpty++)
        {
            if (_slots[_lowestEmpty].State == SlotState.Empty)
            {
                return _slots[_lowestEmpty];
            }
        }

        return _count < _size ? Create() : null;
    }

    /// <summary>Makes a slot empty. Called under the desk's lock.</summary>
    internal void BecomeEmpty(Slot slot)
    {
        slot.Change(SlotState.Empty);
        _lowestEmpty = Math.Min(_lowestEmpty, slot.Id);
    }

    internal int CountOf(SlotState state)
    {
        var count = 0;
        foreach (var slot in All)
        {
            count += slot.State == state ? 1 : 0;
        }

        return count;
    }

    /// <summary>Counts the slots by state; each is counted once, so the sum always adds up.</summary>
    internal PoolCounts Count(int waiting, int limit)
    {
        Span<int> states = stackalloc int[(int)SlotState.Closing + 1];
        states.Clear();
        foreach (var slot in All)
        {
            states[(int)slot.State]++;
        }

        return new PoolCounts
        {
            Idle = states[(int)SlotState.Idle],
            Leased = states[(int)SlotState.Leased],
            Opening = states[(int)SlotState.Opening],
            Resetting = states[(int)SlotState.Resetting],
            Validating = states[(int)SlotState.Validating],
            Closing = states[(int)SlotState.Closing],
            Waiting = waiting,
            Limit = limit,
        };
    }

    /// <summary>
    /// Claims an idle connection that was used or validated since <paramref name="freshSince"/>: beyond the lowest
    /// slots the one that was returned last, or else the lowest. The ticket must not be read back from the slot,
    /// because the pool may have revoked the lease by then.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal Slot? TryTakeIdle(long freshSince, out long ticket)
    {
        var slots = All;
        if (slots.Length > Near && _indexes[0].Latest is var latest && latest < slots.Length && TryTake(slots[latest], freshSince, out ticket))
        {
            return slots[latest];
        }

        for (var i = 0; i < slots.Length && i < Near; i++)
        {
            if (TryTake(slots[i], freshSince, out ticket))
            {
                PreferredSlot.Remember(i);
                return slots[i];
            }
        }

        if (slots.Length > Near)
        {
            foreach (var index in Volatile.Read(ref _indexes))
            {
                for (var id = index.FindNext(index.FirstId); id >= 0; id = index.FindNext(id + 1))
                {
                    if (id < slots.Length && TryTake(slots[id], freshSince, out ticket))
                    {
                        return slots[id];
                    }
                }
            }
        }

        ticket = 0;
        return null;
    }

    private static bool TryTake(Slot slot, long freshSince, out long ticket)
    {
        var word = slot.Word;
        ticket = SlotWord.Rent(word);
        return SlotWord.StateOf(word) == SlotState.Idle && slot.FreshAt >= freshSince && slot.TryLeaveIdle(word, ticket);
    }

    private bool TryClaim(Slot slot, SlotState next)
    {
        var word = slot.Word;
        if (SlotWord.StateOf(word) != SlotState.Idle)
        {
            return false;
        }

        _desk.BeginPreparing(slot);
        return slot.TryLeaveIdle(word, next);
    }

    private Slot Create()
    {
        var id = _count;
        if (id == _slots.Length)
        {
            var grown = new Slot[Math.Min(_size, _slots.Length * 2)];
            _slots.CopyTo(grown, 0);
            Volatile.Write(ref _slots, grown);
        }

        var slot = new Slot(id, _desk, id < Near ? null : IndexOf(id));
        _slots[id] = slot;
        Volatile.Write(ref _count, id + 1);
        return slot;
    }

    private IdleIndex IndexOf(int id)
    {
        foreach (var index in _indexes)
        {
            if (id < index.EndId)
            {
                return index;
            }
        }

        // For all slots that there may be. Never replaced: a return may be about to set a bit.
        var added = new IdleIndex(id, _size - id);
        Volatile.Write(ref _indexes, [.. _indexes, added]);
        return added;
    }
}
