namespace Cenote.Leasing;

/// <summary>
/// Whether this process has ever used a session context. Until then a rent reads only this flag, and not the context of
/// its flow.
/// </summary>
internal static class SessionContextUse
{
    // Not in SessionContext, whose static fields would need a check for their initialization on the hot path.
    private static bool s_hasBegun;

    internal static bool HasBegun => Volatile.Read(ref s_hasBegun);

    internal static void Begin()
    {
        if (!HasBegun)
        {
            Volatile.Write(ref s_hasBegun, true);
        }
    }
}
