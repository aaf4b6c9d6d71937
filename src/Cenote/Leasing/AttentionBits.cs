using System.Runtime.CompilerServices;

namespace Cenote.Leasing;

/// <summary>Reads the attention word, which is an <see cref="int"/> so that it can be changed atomically.</summary>
internal static class AttentionBits
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool HasAny(this int word, Attention bits) => (word & (int)bits) != 0;
}
