namespace Cenote.InterleavingTests.Planted;

/// <summary>A mistake built into the pocket desk.</summary>
internal enum PocketFault
{
    /// <summary>None: the protocol as it should be.</summary>
    None,

    /// <summary>A caller looks for an idle connection before it says that it waits.</summary>
    LooksBeforeQueueing,

    /// <summary>A return asks for waiters before it makes the connection idle.</summary>
    AsksBeforeReturning,

    /// <summary>The idle connection is claimed by a read and a write instead of one compare-and-swap.</summary>
    ClaimsInTwoSteps,

    /// <summary>
    /// A cancellation decides without the lock, so that a grant may happen between its look and its mark.
    /// </summary>
    CancelsWithoutLock,
}
