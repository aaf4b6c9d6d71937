using System.Runtime.CompilerServices;

namespace Cenote.Leasing;

/// <summary>
/// The slot where this thread last found a connection. In a pool whose rents run truly at once, each thread begins its
/// search there, so that busy threads keep to slots, and cache lines, of their own.
/// </summary>
internal static class PreferredSlot
{
    /// <summary>The index of that slot: only a hint, so that all pools may share it.</summary>
    [ThreadStatic]
    private static int t_index;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Slot Among(Slot[] lowest)
    {
        var index = t_index;
        return lowest[(uint)index < (uint)lowest.Length ? index : 0];
    }

    internal static void Remember(int index) => t_index = index;

    /// <summary>
    /// Brings the thread back to the lowest slots. It may have left them because other threads were suspended while
    /// they held these.
    /// </summary>
    /// <param name="spread">The number of slots at which threads begin.</param>
    internal static void Return(int spread) => t_index = (int)((uint)t_index % (uint)spread);
}
