using Cenote.Leasing;

namespace Cenote.InterleavingTests.Desk;

/// <summary>The real desk, table and queue under every schedule that the checker comes up with.</summary>
internal static class LeaseDeskTests
{
    [Interleaving]
    public static void Three_callers_share_one_connection()
    {
        var desk = new TestDesk(size: 1);
        Threads.Run(desk.RentUseReturn, desk.RentUseReturn, desk.RentUseReturn);
        desk.CheckNothingLost(1);
    }

    [Interleaving]
    public static void Three_callers_share_two_connections_and_clear_them()
    {
        var desk = new TestDesk(size: 2, reset: ResetMode.Full);
        Threads.Run(desk.RentUseReturn, desk.RentUseReturn, desk.RentUseReturn);
        desk.CheckNothingLost(2);
    }

    [Interleaving]
    public static void Callers_of_an_empty_pool_open_no_more_than_allowed()
    {
        var desk = new TestDesk(size: 2, opened: 0);
        Threads.Run(desk.RentUseReturn, desk.RentUseReturn, desk.RentUseReturn);
        desk.CheckNothingLost(2);
        Check.That(desk.Database.PeakSessions <= 2, "too many sessions");
    }

    [Interleaving]
    public static void A_cancellation_during_a_hand_over_loses_nothing() => EndDuringHandOver((desk, waiter) => desk.Desk.Cancel(waiter));

    [Interleaving]
    public static void A_timeout_during_a_hand_over_loses_nothing() => EndDuringHandOver((desk, waiter) =>
    {
        desk.Clock.Advance(TimeSpan.FromSeconds(11));
        desk.Desk.TryExpire(waiter);
    });

    [Interleaving]
    public static void Cancellation_timeout_and_grant_never_win_together()
    {
        var desk = new TestDesk(size: 1);
        var held = desk.Rent();
        var waiter = desk.Enqueue(blocks: false);
        var outcome = waiter.AsPendingRent().AsValueTask();
        desk.Clock.Advance(TimeSpan.FromSeconds(11));
        Threads.Run(held.Dispose, () => desk.Desk.Cancel(waiter), () => desk.Desk.TryExpire(waiter));
        Check.That(outcome.IsCompleted, "the waiter was forgotten");
        ReturnIfGranted(outcome);
        desk.CheckNothingLost(1);
    }

    [Interleaving]
    public static void Overdue_callers_are_not_served_and_callers_behind_them_are()
    {
        var desk = new TestDesk(size: 1);
        var held = desk.Rent();
        var overdue = desk.Enqueue(blocks: false, TimeSpan.FromSeconds(1));
        var live = desk.Enqueue(blocks: true, TimeSpan.FromMinutes(1));
        var outcome = overdue.AsPendingRent().AsValueTask();
        desk.Clock.Advance(TimeSpan.FromSeconds(2));
        Threads.Run(held.Dispose, () => desk.Desk.TryExpire(overdue), () => live.WaitBlocking().Dispose(), desk.RentUseReturn);
        Check.That(outcome.IsFaulted, "a caller whose time was up was served");
        ReturnIfGranted(outcome);
        desk.CheckNothingLost(1);
    }

    [Interleaving]
    public static void A_new_generation_races_opens_under_way()
    {
        var desk = new TestDesk(size: 2, opened: 0);
        Threads.Run(desk.RentUseReturn, desk.RentUseReturn, () => desk.Desk.RetireAll(CloseReason.Retired));
        Check.That(desk.Database.PeakSessions <= 2, "too many sessions");
        desk.CheckNothingLost(2);
    }

    [Interleaving]
    public static void Waiters_are_served_in_their_order()
    {
        var desk = new TestDesk(size: 1);
        var held = desk.Rent();
        var first = desk.Enqueue(blocks: true);
        var second = desk.Enqueue(blocks: true);
        long firstTurn = 0;
        long secondTurn = 0;
        long thirdTurn = 0;
        Threads.Run(
            held.Dispose,
            () => firstTurn = Serve(first.WaitBlocking()),
            () => secondTurn = Serve(second.WaitBlocking()),
            () => thirdTurn = Serve(desk.Rent()));
        Check.That(firstTurn < secondTurn, "the second waiter overtook the first");
        Check.That(secondTurn < thirdTurn, "a newcomer overtook a waiter");
        desk.CheckNothingLost(1);

        long Serve(ConnectionLease lease)
        {
            var turn = desk.NextTurn();
            TestDesk.Use(lease);
            lease.Dispose();
            return turn;
        }
    }

    [Interleaving]
    public static void Returning_twice_at_once_returns_once()
    {
        var desk = new TestDesk(size: 1, reset: ResetMode.Full);
        var lease = desk.Rent();
        Threads.Run(lease.Dispose, lease.Dispose, desk.RentUseReturn);
        desk.CheckNothingLost(1);
    }

    [Interleaving]
    public static void A_stale_lease_returned_late_does_not_touch_the_next_holder()
    {
        var desk = new TestDesk(size: 1);
        var stale = desk.Rent();
        stale.Dispose();
        Threads.Run(stale.Dispose, stale.RetireOnReturn, desk.RentUseReturn, desk.RentUseReturn);
        desk.CheckNothingLost(1);
        Check.That(desk.Database.Closed == 0, "a stale lease closed a connection");
    }

    [Interleaving]
    public static void A_new_generation_races_rents_and_returns()
    {
        var desk = new TestDesk(size: 2);
        var held = desk.Rent();
        Threads.Run(held.Dispose, desk.RentUseReturn, () => desk.Desk.RetireAll(CloseReason.Retired));
        var counts = desk.Desk.Count();
        Check.That(counts.Total == desk.Database.Sessions, $"{desk.Database.Sessions} sessions, but {counts}");
        Check.That(desk.Database.OpenSessions.All(session => session.Id > 2), "an old connection survived its generation");
        desk.CheckNothingLost(2);
    }

    [Interleaving]
    public static void A_shrink_races_rents_and_returns()
    {
        var desk = new TestDesk(size: 3);
        var held = desk.Rent();
        Threads.Run(held.Dispose, desk.RentUseReturn, desk.RentUseReturn, () => desk.Desk.Resize(0, 1, 1));
        desk.CheckNothingLost(1);
    }

    [Interleaving]
    public static void A_growth_races_callers_who_wait()
    {
        var desk = new TestDesk(size: 1);
        var held = desk.Rent();
        Threads.Run(desk.RentUseReturn, desk.RentUseReturn, () => desk.Desk.Resize(0, 3, 3), held.Dispose);
        desk.CheckNothingLost(3);
    }

    [Interleaving]
    public static void A_suspension_races_rents_and_leaves_no_caller_waiting()
    {
        var desk = new TestDesk(size: 1);
        Threads.Run(
            desk.RentUseReturn,
            desk.RentUseReturn,
            () =>
            {
                desk.Desk.Suspend();
                desk.Desk.Resume();
            });
        desk.CheckNothingLost(1);
    }

    [Interleaving]
    public static void A_closing_pool_serves_or_fails_every_caller_and_leaves_nothing_open()
    {
        var desk = new TestDesk(size: 1);
        var held = desk.Rent();
        Threads.Run(
            held.Dispose,
            () => RentUnlessClosed(desk),
            () => RentUnlessClosed(desk),
            () =>
            {
                desk.Desk.TryClose();
                desk.Desk.RetireAll(CloseReason.PoolClosed);
            });
        var counts = desk.Desk.Count();
        Check.That(counts is { Total: 0, Waiting: 0 }, $"left over: {counts}");
        Check.That(desk.Database.Sessions == 0, "a session was left open");
        desk.CheckServer();
    }

    [Interleaving]
    public static void Doubtful_connections_are_validated_while_callers_come_and_go()
    {
        var desk = new TestDesk(size: 2);
        Threads.Run(desk.RentUseReturn, desk.RentUseReturn, desk.Desk.RequireValidation);
        desk.CheckNothingLost(2);
    }

    [Interleaving]
    public static void A_failed_open_leaves_no_caller_waiting_beside_a_usable_connection()
    {
        var desk = new TestDesk(size: 2, opened: 1);
        desk.Work.FailingOpens = 1;
        Threads.Run(desk.RentUseReturn, desk.RentUseReturn);
        Check.That(desk.Desk.Count() is { Waiting: 0, Leased: 0 }, "not at rest");
        desk.CheckServer();
    }

    [Interleaving]
    public static void A_wait_for_a_condition_of_the_counts_completes()
    {
        var desk = new TestDesk(size: 1);
        var held = desk.Rent();
        Task? idle = null;
        Threads.Run(() => idle = desk.Desk.WhenAsync(counts => counts.Idle == 1, failsWithOpens: false, CancellationToken.None), held.Dispose);

        // A condition that is never completed is reported as a deadlock.
        idle!.Wait();
        desk.CheckNothingLost(1);
    }

    private static void EndDuringHandOver(Action<TestDesk, Waiter> end)
    {
        var desk = new TestDesk(size: 1);
        var held = desk.Rent();
        var ending = desk.Enqueue(blocks: true);
        var patient = desk.Enqueue(blocks: true, TimeSpan.FromMinutes(1));
        Threads.Run(
            held.Dispose,
            () => end(desk, ending),
            () =>
            {
                try
                {
                    ending.WaitBlocking().Dispose();
                }
                catch (Exception exception) when (exception is OperationCanceledException or PoolTimeoutException)
                {
                }
            },
            () => patient.WaitBlocking().Dispose());
        desk.CheckNothingLost(1);
    }

    private static void ReturnIfGranted(ValueTask<ConnectionLease> outcome)
    {
        try
        {
            outcome.Result.Dispose();
        }
        catch (Exception exception) when (exception is OperationCanceledException or PoolTimeoutException)
        {
        }
    }

    private static void RentUnlessClosed(TestDesk desk)
    {
        try
        {
            desk.RentUseReturn();
        }
        catch (PoolClosedException)
        {
        }
    }
}
