namespace Cenote.InterleavingTests.Planted;

/// <summary>A mistake built into the pocket gate.</summary>
internal enum PocketGateFault
{
    /// <summary>None: the protocol as it should be.</summary>
    None,

    /// <summary>A call looks whether the connection is open before it enters.</summary>
    LooksBeforeEntering,

    /// <summary>A closing thread looks for calls before it closes the connection to them.</summary>
    LooksBeforeClosing,

    /// <summary>A closing thread leaves the return to a call without looking whether that is still inside.</summary>
    HandsOverWithoutLooking,

    /// <summary>The rest of a closing is taken over by a read and a write instead of one exchange.</summary>
    TakesOverInTwoSteps,

    /// <summary>
    /// An opening thread looks whether the connection was disposed of before it makes the connection open.
    /// </summary>
    LooksBeforePublishing,
}
