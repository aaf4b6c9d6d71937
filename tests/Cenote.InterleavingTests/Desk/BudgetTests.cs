using Cenote.Budgets;
using Cenote.Leasing;

namespace Cenote.InterleavingTests.Desk;

/// <summary>
/// The life of a permit: never more than the budget allows, none lost, and every caller served in the end.
/// </summary>
internal static class BudgetTests
{
    [Interleaving]
    public static void Two_pools_share_one_connection()
    {
        var (ledger, first, second) = NewDesks(1);
        Threads.Run(first.RentUseReturn, second.RentUseReturn, first.RentUseReturn);
        CheckNothingLost(ledger, 1, first, second);
    }

    [Interleaving]
    public static void A_waiting_pool_gets_a_connection_that_becomes_idle_elsewhere()
    {
        var (ledger, first, second) = NewDesks(1);
        var held = first.Rent();
        Threads.Run(held.Dispose, second.RentUseReturn);
        CheckNothingLost(ledger, 1, first, second);
    }

    [Interleaving]
    public static void An_idle_connection_is_rented_or_makes_room_never_both()
    {
        var (ledger, first, second) = NewDesks(1);
        first.RentUseReturn();
        Threads.Run(first.RentUseReturn, second.RentUseReturn);
        CheckNothingLost(ledger, 1, first, second);
    }

    [Interleaving]
    public static void A_reset_that_ends_elsewhere_makes_room()
    {
        var ledger = new PermitLedger(1);
        var first = new TestDesk(size: 2, opened: 0, reset: ResetMode.Full, clearsInline: false, budget: ledger);
        var second = new TestDesk(size: 2, opened: 0, reset: ResetMode.Full, clearsInline: false, budget: ledger);
        Threads.Run(first.RentUseReturn, second.RentUseReturn, second.RentUseReturn);
        CheckNothingLost(ledger, 1, first, second);
    }

    [Interleaving]
    public static void A_caller_that_leaves_passes_its_permit_on()
    {
        var (ledger, first, second) = NewDesks(1);
        var held = first.Rent();
        var leaving = second.Enqueue(blocks: false);
        var outcome = leaving.AsPendingRent().AsValueTask();
        Threads.Run(held.Dispose, () => second.Desk.Cancel(leaving));
        Check.That(outcome.IsCompleted, "the waiter was forgotten");
        if (outcome.IsCompletedSuccessfully)
        {
            outcome.Result.Dispose();
        }

        CheckNothingLost(ledger, 1, first, second);
    }

    [Interleaving]
    public static void A_failed_open_gives_its_permit_back_once()
    {
        var (ledger, first, second) = NewDesks(1);
        first.Work.FailingOpens = 1;
        Threads.Run(() => TryRent(first), second.RentUseReturn);
        CheckNothingLost(ledger, 1, first, second);
    }

    [Interleaving]
    public static void A_new_generation_loses_no_permit()
    {
        var (ledger, first, second) = NewDesks(1);
        Threads.Run(second.RentUseReturn, () => first.Desk.RetireAll(CloseReason.Retired));
        CheckNothingLost(ledger, 1, first, second);
    }

    [Interleaving]
    public static void A_guaranteed_connection_is_there_whatever_others_do()
    {
        var ledger = new PermitLedger(2);
        var first = new TestDesk(size: 2, opened: 0, budget: ledger);
        var second = new TestDesk(size: 2, opened: 0, budget: ledger, guaranteed: 1);
        var held = first.Rent();
        Threads.Run(second.RentUseReturn, () => Check.That(second.Desk.HasPermit || second.Desk.Count().Total > 0, "not kept free"), () => first.Enqueue(blocks: false).LeaveQueue());
        held.Dispose();
        CheckNothingLost(ledger, 1, first, second);
    }

    [Interleaving]
    public static void A_budget_that_shrinks_and_grows_strands_no_caller()
    {
        var (ledger, first, second) = NewDesks(2);
        var held = first.Rent();
        Threads.Run(
            second.RentUseReturn,
            held.Dispose,
            () => Check.That(ledger.TryResize(1), "not resized"));
        Check.That(first.Database.Sessions + second.Database.Sessions <= 1, "more than the smaller budget");
        ledger.TryResize(2);
        CheckNothingLost(ledger, 2, first, second);
    }

    [Interleaving]
    public static void A_pool_that_closes_leaves_its_permits_to_the_other()
    {
        var (ledger, first, second) = NewDesks(1);
        var held = first.Rent();
        Threads.Run(held.Dispose, () => Close(first), second.RentUseReturn);
        Check.That(first.Database.Sessions == 0, "a session is left in the closed pool");
        CheckNothingLost(ledger, 1, second);
        Check.That(ledger.Read(static view => view.Shares.Count) == 1, "the closed pool is still there");
    }

    [Interleaving]
    public static void An_idle_connection_makes_room_while_its_pool_closes()
    {
        var (ledger, first, second) = NewDesks(1);
        first.RentUseReturn();
        Threads.Run(() => Close(first), second.RentUseReturn);
        Check.That(first.Database.Sessions == 0, "a session is left in the closed pool");
        CheckNothingLost(ledger, 1, second);
        Check.That(ledger.Read(static view => view.Shares.Count) == 1, "the closed pool is still there");
    }

    [Interleaving]
    public static void A_permit_that_is_not_waited_for_comes_back()
    {
        var (ledger, first, second) = NewDesks(1);
        Threads.Run(() => ledger.TryTakeFree(first.Desk.Share!)?.Dispose(), second.RentUseReturn, first.RentUseReturn);
        CheckNothingLost(ledger, 1, first, second);
    }

    [Interleaving]
    public static void A_dedicated_connection_and_callers_take_turns()
    {
        var (ledger, first, second) = NewDesks(1);
        Threads.Run(
            () => ledger.TakeAsync(second.Desk.Share!, CancellationToken.None).AsTask().GetAwaiter().GetResult().Dispose(),
            first.RentUseReturn);
        CheckNothingLost(ledger, 1, first, second);
    }

    [Interleaving]
    public static void A_permit_with_two_owners_comes_back_once()
    {
        var (ledger, first, second) = NewDesks(1);
        var permit = ledger.TakeAsync(first.Desk.Share!, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        var kept = permit.Keep();
        Threads.Run(permit.Dispose, kept.Dispose, second.RentUseReturn);
        CheckNothingLost(ledger, 1, first, second);
    }

    [Interleaving]
    public static void A_reserve_of_a_lane_strands_no_caller()
    {
        // A second connection for batch work requires one in reserve beside it, and only one pool can have three.
        var ledger = new PermitLedger(5);
        LaneOptions[] lanes = [new() { Name = "interactive", Reserve = 1 }, new() { Name = "batch" }];
        var first = new TestDesk(size: 4, opened: 0, budget: ledger, guaranteed: 2, lanes: lanes);
        var second = new TestDesk(size: 4, opened: 0, budget: ledger, guaranteed: 2, lanes: lanes);
        Threads.Run(() => UseTwo(first), () => UseTwo(second));
        CheckNothingLost(ledger, 2, first, second);

        static void UseTwo(TestDesk desk)
        {
            var held = desk.RentIn(1);
            desk.RentIn(1).Dispose();
            held.Dispose();
        }
    }

    [Interleaving]
    public static void A_pool_without_connections_gets_one_in_reserve_at_once()
    {
        var ledger = new PermitLedger(3);
        LaneOptions[] lanes = [new() { Name = "interactive", Reserve = 1 }, new() { Name = "batch" }];
        var first = new TestDesk(size: 4, opened: 0, budget: ledger, guaranteed: 2, lanes: lanes);
        var second = new TestDesk(size: 2, opened: 0, budget: ledger);
        ConnectionLease[] held = [first.RentIn(1), first.RentIn(1)];
        var waiting = first.Enqueue(blocks: false, TimeSpan.FromSeconds(10), lane: 1).AsPendingRent().AsValueTask();
        Check.That(first.Database.Sessions == 3, "none in reserve");

        // Both batch connections stay in use, and a third caller waits.
        Threads.Run(second.RentUseReturn, second.RentUseReturn);
        Array.ForEach(held, static lease => lease.Dispose());
        Check.That(waiting.IsCompleted, "the waiter was forgotten");
        if (waiting.IsCompletedSuccessfully)
        {
            waiting.Result.Dispose();
        }

        CheckNothingLost(ledger, 1, first, second);
    }

    private static (PermitLedger Ledger, TestDesk First, TestDesk Second) NewDesks(int size)
    {
        var ledger = new PermitLedger(size);
        return (ledger, new TestDesk(size: 2, opened: 0, budget: ledger), new TestDesk(size: 2, opened: 0, budget: ledger));
    }

    private static void TryRent(TestDesk desk)
    {
        try
        {
            desk.RentUseReturn();
        }
        catch (ConnectionOpenException)
        {
        }
    }

    private static void Close(TestDesk desk)
    {
        desk.Desk.TryClose();
        desk.Desk.Share!.Ledger.Leave(desk.Desk.Share);
        desk.Desk.RetireAll(CloseReason.PoolClosed);
    }

    /// <summary>At rest: the permits agree with the sessions, and every pool can have its part in turn.</summary>
    private static void CheckNothingLost(PermitLedger ledger, int each, params TestDesk[] desks)
    {
        var (used, wanted, waiting, most) = ledger.Read(static view => (view.Used, view.Wanted, view.WaitingPools, view.MostUsed));
        var sessions = desks.Sum(static desk => desk.Database.Sessions);
        Check.That(used == sessions, $"{used} permits for {sessions} sessions");
        Check.That(most <= ledger.Size, $"{most} permits of {ledger.Size}");
        Check.That(wanted == 0 && waiting == 0, $"{waiting} pools wait for {wanted}");
        foreach (var desk in desks)
        {
            var leases = desk.Fill(each);
            while (leases.Count > 0)
            {
                leases.Dequeue().Dispose();
            }

            Check.That((desk.Desk.Attention & ~(int)Attention.Laned) == 0, $"attention is left over: {(Attention)desk.Desk.Attention}");
            desk.CheckServer();
        }
    }
}
