using Cenote.StubDriver;

namespace Cenote.InterleavingTests.Desk;

/// <summary>A lease taken back while it is returned, used, waited for, and while the pool closes.</summary>
internal static class RevocationTests
{
    [Interleaving]
    public static void Of_a_return_and_a_revocation_one_wins_and_nothing_is_lost()
    {
        var desk = new TestDesk(size: 1);
        var held = desk.Rent();
        var isRevoked = false;
        Threads.Run(held.Dispose, () => isRevoked = TakeBack(desk, held), held.Dispose);
        Check.That(desk.Database.Closed == (isRevoked ? 1 : 0), "a revocation that lost closed a connection, or one that won did not");
        desk.CheckNothingLost(1);
    }

    [Interleaving]
    public static void A_revoked_slot_serves_the_caller_who_waits_with_another_connection()
    {
        var desk = new TestDesk(size: 1);
        var held = desk.Rent();
        var kept = held.Unwrap<StubConnection>();
        Threads.Run(
            () => Check.That(TakeBack(desk, held), "no other thread ended the lease"),
            () =>
            {
                var lease = desk.Rent();
                Check.That(!ReferenceEquals(lease.Unwrap<StubConnection>(), kept), "a revoked connection was rented again");
                TestDesk.Use(lease);
                lease.Dispose();
            });
        held.Dispose();
        desk.CheckNothingLost(1);
    }

    [Interleaving]
    public static void A_late_holder_returns_into_the_next_lease_of_his_slot_and_ends_nothing()
    {
        var desk = new TestDesk(size: 1, reset: ResetMode.Full);
        var late = desk.Rent();
        Threads.Run(() => TakeBack(desk, late), late.Dispose, late.RetireOnReturn, desk.RentUseReturn);
        desk.CheckNothingLost(1);
    }

    [Interleaving]
    public static void A_lease_is_taken_back_once()
    {
        var desk = new TestDesk(size: 1);
        var held = desk.Rent();
        var times = 0;
        Threads.Run(Take, Take, desk.RentUseReturn);
        Check.That(times == 1, $"taken back {times} times");
        desk.CheckNothingLost(1);

        void Take()
        {
            if (TakeBack(desk, held))
            {
                Interlocked.Increment(ref times);
            }
        }
    }

    [Interleaving]
    public static void A_revocation_while_the_pool_closes_leaves_nothing_open()
    {
        var desk = new TestDesk(size: 1);
        var held = desk.Rent();
        Threads.Run(
            () => TakeBack(desk, held),
            held.Dispose,
            () =>
            {
                desk.Desk.TryClose();
                desk.Desk.RetireAll(CloseReason.PoolClosed);
            });
        Check.That(desk.Desk.Count() is { Total: 0, Waiting: 0 }, $"left over: {desk.Desk.Count()}");
        Check.That(desk.Database.Sessions == 0, "a session was left open");
        desk.CheckServer();
    }

    private static bool TakeBack(TestDesk desk, ConnectionLease lease) => desk.Desk.TryTakeBack(lease.Slot!, lease.Ticket, CloseReason.Revoked);
}
