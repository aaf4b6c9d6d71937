namespace Cenote.InterleavingTests.Planted;

/// <summary>Shows that the checker finds the mistakes that the order of steps in the session gate prevents.</summary>
internal static class PocketGateTests
{
    [Interleaving]
    public static void The_gate_without_a_mistake_holds() => CallsAndClosing(PocketGateFault.None);

    [Interleaving]
    public static void Its_opening_without_a_mistake_holds() => DisposalWhileOpening(PocketGateFault.None);

    [Interleaving(MustFindBug = true)]
    public static void A_call_that_looks_before_it_enters_is_found() => CallsAndClosing(PocketGateFault.LooksBeforeEntering);

    [Interleaving(MustFindBug = true)]
    public static void A_closing_that_looks_for_calls_first_is_found() => CallsAndClosing(PocketGateFault.LooksBeforeClosing);

    [Interleaving(MustFindBug = true)]
    public static void A_hand_over_to_a_call_that_has_left_is_found() => CallsAndClosing(PocketGateFault.HandsOverWithoutLooking);

    [Interleaving(MustFindBug = true)]
    public static void A_take_over_in_two_steps_is_found() => CallsAndClosing(PocketGateFault.TakesOverInTwoSteps);

    [Interleaving(MustFindBug = true)]
    public static void An_opening_that_looks_for_a_disposal_first_is_found() => DisposalWhileOpening(PocketGateFault.LooksBeforePublishing);

    private static void CallsAndClosing(PocketGateFault fault)
    {
        var gate = new PocketGate(fault);
        Threads.Run(gate.Call, gate.Close, gate.Call);
        Check.That(gate.Returned == 1, "the lease was not returned");
    }

    private static void DisposalWhileOpening(PocketGateFault fault)
    {
        var gate = PocketGate.Opening(fault);
        Threads.Run(gate.FinishOpening, gate.Dispose);
        Check.That(gate.Returned == 1, "the lease was not returned");
    }
}
