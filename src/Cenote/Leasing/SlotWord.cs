using System.Runtime.CompilerServices;

namespace Cenote.Leasing;

/// <summary>
/// The layout of a slot's word: the state in the low eight bits, above it the number of leases the slot has given.
/// One compare-and-swap therefore checks and changes both, and a lease's ticket is simply the word it produced.
/// </summary>
internal static class SlotWord
{
    internal const int VersionShift = 8;

    private const long StateMask = 0xFF;
    private const long RentStep = (1L << VersionShift) + ((long)SlotState.Leased - (long)SlotState.Idle);
    private const long ReturnStep = (long)SlotState.Leased - (long)SlotState.Idle;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static SlotState StateOf(long word) => (SlotState)(word & StateMask);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static long LeasesOf(long word) => word >>> VersionShift;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static long With(long word, SlotState state) => (word & ~StateMask) | (long)state;

    /// <summary>Returns the word of the next lease for an idle word.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static long Rent(long idleWord) => idleWord + RentStep;

    /// <summary>Returns the word of the next lease for the word of a lease or of the work that follows it.</summary>
    internal static long NextLease(long word) => With(word, SlotState.Leased) + (1L << VersionShift);

    /// <summary>Returns the idle word for the word of a lease.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static long Return(long leasedWord) => leasedWord - ReturnStep;
}
