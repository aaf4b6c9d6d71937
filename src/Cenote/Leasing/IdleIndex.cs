using System.Numerics;
using System.Runtime.CompilerServices;

namespace Cenote.Leasing;

/// <summary>
/// One bit for each slot beyond the first ones, set while it is idle, so that a large pool finds an idle connection
/// without a look at every slot. The slot's word decides; the bit only shows where to look.
/// </summary>
/// <remarks>
/// The code that makes a slot idle sets the bit after its swap and before it reads the attention bits. The code that
/// takes it out of idle clears the bit.
/// </remarks>
internal sealed class IdleIndex
{
    private readonly long[] _words;
    private int _latest;

    /// <param name="firstId">The number of the first slot.</param>
    /// <param name="size">The number of slots, rounded up to whole words.</param>
    internal IdleIndex(int firstId, int size)
    {
        _words = new long[(size + 63) / 64];
        FirstId = _latest = firstId;
    }

    /// <summary>Gets the number of a slot that became idle lately: the first to look at, because its connection is the
    /// warmest.</summary>
    internal int Latest => Volatile.Read(ref _latest);

    /// <summary>Gets the number of the first slot.</summary>
    internal int FirstId { get; }

    /// <summary>Gets the number of the slot after the last.</summary>
    internal int EndId => FirstId + (_words.Length * 64);

    internal void Add(Slot slot)
    {
        Interlocked.Or(ref _words[WordOf(slot)], BitOf(slot));
        if (_latest != slot.Id)
        {
            _latest = slot.Id;
        }
    }

    /// <summary>Clears the bit of a slot that its caller has taken out of idle.</summary>
    /// <returns>Whether the slot was idle again by then: the pool may have taken it back meanwhile, and opened another
    /// connection in it. The bit is set again.</returns>
    internal bool Remove(Slot slot)
    {
        Interlocked.And(ref _words[WordOf(slot)], ~BitOf(slot));
        if (slot.State != SlotState.Idle)
        {
            return false;
        }

        Add(slot);
        return true;
    }

    /// <summary>Returns the number of the first slot at or after this one whose bit is set; -1 for none.</summary>
    internal int FindNext(int id)
    {
        var (word, bit) = Math.DivRem(id - FirstId, 64);
        if (word >= _words.Length)
        {
            return -1;
        }

        var rest = Volatile.Read(ref _words[word]) & (-1L << bit);
        while (rest == 0)
        {
            // Vectorized; it reads each word at some moment from here on.
            var next = _words.AsSpan(word + 1).IndexOfAnyExcept(0L);
            if (next < 0)
            {
                return -1;
            }

            word += 1 + next;
            rest = Volatile.Read(ref _words[word]);
        }

        return IdOf(word, BitOperations.TrailingZeroCount(rest));
    }

    /// <summary>Returns the number of the last slot before this one whose bit is set; -1 for none.</summary>
    internal int FindPrevious(int endId)
    {
        for (var id = endId - 1; id >= FirstId;)
        {
            var (word, bit) = Math.DivRem(id - FirstId, 64);
            var rest = Volatile.Read(ref _words[word]) & (long)(ulong.MaxValue >> (63 - bit));
            if (rest != 0)
            {
                return IdOf(word, 63 - BitOperations.LeadingZeroCount((ulong)rest));
            }

            id = IdOf(word, 0) - 1;
        }

        return -1;
    }

    private int WordOf(Slot slot) => (slot.Id - FirstId) >> 6;

    private long BitOf(Slot slot) => 1L << (slot.Id - FirstId);

    private int IdOf(int word, int bit) => FirstId + (word * 64) + bit;
}
