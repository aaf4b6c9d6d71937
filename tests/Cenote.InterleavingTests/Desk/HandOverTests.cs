using Cenote.Leasing;

namespace Cenote.InterleavingTests.Desk;

/// <summary>A connection goes from a holder to a waiter while something else comes between.</summary>
internal static class HandOverTests
{
    [Interleaving]
    public static void A_hand_over_races_a_revocation()
    {
        var desk = new TestDesk(size: 1);
        var held = desk.Rent();
        var waiter = desk.Enqueue(blocks: true);
        Threads.Run(
            held.Dispose,
            () => desk.Desk.TryTakeBack(held.Slot!, held.Ticket, CloseReason.Revoked),
            () => waiter.WaitBlocking().Dispose());
        desk.CheckNothingLost(1);
    }

    [Interleaving]
    public static void A_hand_over_races_the_timer_and_a_cancellation()
    {
        var desk = new TestDesk(size: 1);
        var held = desk.Rent();
        var overdue = desk.Enqueue(blocks: false, TimeSpan.FromSeconds(1));
        var outcome = overdue.AsPendingRent().AsValueTask();
        var live = desk.Enqueue(blocks: true, TimeSpan.FromMinutes(1));
        desk.Clock.Advance(TimeSpan.FromSeconds(2));
        Threads.Run(held.Dispose, desk.Desk.EndOverdue, () => desk.Desk.Cancel(overdue), () => live.WaitBlocking().Dispose());
        Check.That(outcome.IsFaulted || outcome.IsCanceled, "a caller whose time was up was served, or forgotten");
        desk.CheckNothingLost(1);
    }

    [Interleaving]
    public static void Callers_find_connections_beyond_the_lowest_slots()
    {
        var desk = new TestDesk(size: 10);
        var held = Enumerable.Range(0, 10).Select(_ => desk.Rent()).ToArray();
        Threads.Run(held[9].Dispose, desk.RentUseReturn, held[8].Dispose, desk.RentUseReturn);
        Array.ForEach(held, static lease => lease.Dispose());
        desk.CheckNothingLost(10);
    }

    [Interleaving]
    public static void A_revocation_beyond_the_lowest_slots_hides_no_idle_connection()
    {
        var desk = new TestDesk(size: 9);
        var held = Enumerable.Range(0, 9).Select(_ => desk.Rent()).ToArray();
        held[8].Dispose();
        Threads.Run(
            () => desk.Rent().Dispose(),
            () => desk.Desk.TryTakeBack(held[8].Slot!, SlotWord.NextLease(held[8].Ticket), CloseReason.Revoked),
            () => desk.Rent().Dispose());
        Array.ForEach(held, static lease => lease.Dispose());
        desk.CheckNothingLost(9);
    }

    [Interleaving]
    public static void A_caller_that_comes_back_is_served_before_later_ones()
    {
        var desk = new TestDesk(size: 1);
        var last = desk.Desk.LastPlace;
        var dead = desk.Rent();
        var second = desk.Enqueue(blocks: true);
        var (turn, turnOfSecond, turnOfThird) = (0L, 0L, 0L);
        Threads.Run(
            () =>
            {
                var back = desk.ComeBack(last);
                dead.RetireOnReturn();
                dead.Dispose();
                turn = Serve(back.WaitBlocking());
            },
            () => turnOfSecond = Serve(second.WaitBlocking()),
            () => turnOfThird = Serve(desk.Rent()));
        Check.That(turn < turnOfSecond && turnOfSecond < turnOfThird, $"the order was {turn}, {turnOfSecond}, {turnOfThird}");
        desk.CheckNothingLost(1);

        long Serve(ConnectionLease lease)
        {
            var served = desk.NextTurn();
            lease.Dispose();
            return served;
        }
    }

    [Interleaving]
    public static void A_caller_that_comes_back_races_its_cancellation()
    {
        var desk = new TestDesk(size: 1);
        var last = desk.Desk.LastPlace;
        var dead = desk.Rent();
        var later = desk.Enqueue(blocks: true);
        var back = desk.ComeBack(last);
        Threads.Run(
            () =>
            {
                dead.RetireOnReturn();
                dead.Dispose();
            },
            () => desk.Desk.Cancel(back),
            () =>
            {
                try
                {
                    back.WaitBlocking().Dispose();
                }
                catch (OperationCanceledException)
                {
                    // The cancellation was first.
                }
            },
            () => later.WaitBlocking().Dispose());
        desk.CheckNothingLost(1);
    }

    [Interleaving]
    public static void A_shutdown_races_a_hand_over()
    {
        var desk = new TestDesk(size: 1);
        var held = desk.Rent();
        var waiter = desk.Enqueue(blocks: false);
        var outcome = waiter.AsPendingRent().AsValueTask();
        Threads.Run(
            held.Dispose,
            () =>
            {
                desk.Desk.TryClose();
                desk.Desk.RetireAll(CloseReason.PoolClosed);
            });
        Check.That(outcome.IsCompleted, "a caller was forgotten");
        if (outcome.IsCompletedSuccessfully)
        {
            outcome.Result.Dispose();
        }

        Check.That(desk.Database.Sessions == 0, "a session was left open");
        desk.CheckServer();
    }
}
