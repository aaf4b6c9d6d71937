using System.Runtime.CompilerServices;

namespace Cenote.Leasing;

/// <summary>The pool's slots. The table grows and never shrinks: slots beyond the limit stay empty.</summary>
internal sealed class SlotTable
{
    private readonly LeaseDesk _desk;
    private Slot[] _slots = [];

    internal SlotTable(LeaseDesk desk, int size)
    {
        _desk = desk;
        Grow(size);
    }

    internal ReadOnlySpan<Slot> All => Volatile.Read(ref _slots);

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

    /// <summary>Adds empty slots. Called under the desk's lock.</summary>
    internal void Grow(int size)
    {
        var old = _slots;
        if (size <= old.Length)
        {
            return;
        }

        var grown = new Slot[size];
        old.CopyTo(grown, 0);
        for (var id = old.Length; id < size; id++)
        {
            grown[id] = new Slot(id, _desk);
        }

        Volatile.Write(ref _slots, grown);
    }

    /// <summary>
    /// Claims an idle slot for another purpose than a rent, the highest first, because the lowest are the busiest.
    /// </summary>
    /// <param name="next">The state to bring it to.</param>
    /// <param name="accept">Returns whether a slot is usable.</param>
    internal Slot? TryClaimIdle(SlotState next, Func<Slot, bool> accept)
    {
        var slots = Volatile.Read(ref _slots);
        for (var i = slots.Length - 1; i >= 0; i--)
        {
            var slot = slots[i];
            var word = slot.Word;
            if (SlotWord.StateOf(word) != SlotState.Idle || !accept(slot))
            {
                continue;
            }

            _desk.BeginPreparing(slot);
            if (slot.TryChange(word, SlotWord.With(word, next)))
            {
                return slot;
            }
        }

        return null;
    }

    /// <summary>
    /// Returns the lowest slot without a connection. Called under the desk's lock, the only place where empty slots are
    /// taken.
    /// </summary>
    internal Slot? FindEmpty()
    {
        foreach (var slot in _slots)
        {
            if (slot.State == SlotState.Empty)
            {
                return slot;
            }
        }

        return null;
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
    /// Claims the lowest idle connection that was used or validated since <paramref name="freshSince"/>. The ticket
    /// must not be read back from the slot, because the pool may have revoked the lease by then.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal Slot? TryTakeIdle(long freshSince, out long ticket)
    {
        var slots = _slots;
        for (var i = 0; i < slots.Length; i++)
        {
            var slot = slots[i];
            var word = slot.Word;
            ticket = SlotWord.Rent(word);
            if (SlotWord.StateOf(word) == SlotState.Idle && slot.FreshAt >= freshSince && slot.TryChange(word, ticket))
            {
                PreferredSlot.Remember(i);
                return slot;
            }
        }

        ticket = 0;
        return null;
    }
}
