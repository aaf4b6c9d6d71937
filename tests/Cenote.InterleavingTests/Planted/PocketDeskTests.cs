namespace Cenote.InterleavingTests.Planted;

/// <summary>
/// Shows that the checker sees compare-and-swap, volatile reads, locks and lost pulses: it finds each planted mistake.
/// </summary>
internal static class PocketDeskTests
{
    [Interleaving]
    public static void The_protocol_without_a_mistake_holds() => ThreeCallers(PocketFault.None);

    [Interleaving]
    public static void Its_cancellation_without_a_mistake_holds() => CancelDuringHandOver(PocketFault.None);

    [Interleaving(MustFindBug = true)]
    public static void A_caller_that_looks_before_it_queues_is_found() => ThreeCallers(PocketFault.LooksBeforeQueueing);

    [Interleaving(MustFindBug = true)]
    public static void A_return_that_asks_before_it_makes_the_connection_idle_is_found() => ThreeCallers(PocketFault.AsksBeforeReturning);

    [Interleaving(MustFindBug = true)]
    public static void A_claim_in_two_steps_is_found() => ThreeCallers(PocketFault.ClaimsInTwoSteps);

    [Interleaving(MustFindBug = true)]
    public static void A_cancellation_without_the_lock_is_found() => CancelDuringHandOver(PocketFault.CancelsWithoutLock);

    private static void ThreeCallers(PocketFault fault)
    {
        var desk = new PocketDesk(fault);
        Threads.Run(() => desk.RentAndReturn(), () => desk.RentAndReturn(), () => desk.RentAndReturn());
        Check.That(desk.IsIdle, "the connection is lost");
    }

    private static void CancelDuringHandOver(PocketFault fault)
    {
        var desk = new PocketDesk(fault);
        desk.Rent();
        var waiter = desk.Rent()!;
        Threads.Run(
            desk.Return,
            () => desk.Cancel(waiter),
            () =>
            {
                if (waiter.Wait())
                {
                    desk.Return();
                }
            });
        Check.That(desk.IsIdle, "the connection is lost");
    }
}
