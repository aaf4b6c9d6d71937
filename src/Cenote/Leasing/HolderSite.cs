using System.Runtime.CompilerServices;

namespace Cenote.Leasing;

/// <summary>
/// A line number and, above it, the low half of the number of its lease. One plain store writes both, and so shows a
/// reader to which lease the holder's other fields belong.
/// </summary>
internal static class HolderSite
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static long Of(long ticket, int lineNumber) => (SlotWord.LeasesOf(ticket) << 32) | (uint)lineNumber;

    internal static int LineOf(long site) => (int)site;

    internal static bool IsOf(long site, long ticket) => (uint)(site >>> 32) == (uint)SlotWord.LeasesOf(ticket);
}
