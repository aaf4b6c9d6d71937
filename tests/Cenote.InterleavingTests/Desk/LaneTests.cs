using Cenote.Leasing;

namespace Cenote.InterleavingTests.Desk;

/// <summary>The count of a lane, while its leases end and begin at once.</summary>
internal static class LaneTests
{
    /// <summary>The second lane may have one connection.</summary>
    private static readonly LaneOptions[] s_lanes = [new() { Name = "interactive" }, new() { Name = "batch", MaxSize = 1 }];

    private const int Interactive = 0;
    private const int Batch = 1;

    [Interleaving]
    public static void A_lane_never_has_more_than_its_maximum()
    {
        var desk = NewDesk(2);
        var holders = 0;
        Threads.Run(Use, Use, Use);
        desk.CheckNothingLost(2);

        void Use()
        {
            var lease = desk.RentIn(Batch);
            Check.That(Interlocked.Increment(ref holders) == 1, "two holders in a lane of one");
            Interlocked.Decrement(ref holders);
            lease.Dispose();
        }
    }

    [Interleaving]
    public static void A_return_to_a_lane_at_its_maximum_is_not_missed()
    {
        var desk = NewDesk(2);
        var held = desk.RentIn(Batch);
        Threads.Run(held.Dispose, () => desk.RentIn(Batch).Dispose(), () => desk.RentIn(Interactive).Dispose());
        desk.CheckNothingLost(2);
    }

    [Interleaving]
    public static void A_return_races_a_revocation_and_the_next_of_the_lane()
    {
        var desk = NewDesk(2);
        var held = desk.RentIn(Batch);
        Threads.Run(
            held.Dispose,
            () => desk.Desk.TryTakeBack(held.Slot!, held.Ticket, CloseReason.Revoked),
            () => desk.RentIn(Batch).Dispose());
        desk.CheckNothingLost(2);
    }

    [Interleaving]
    public static void A_late_end_of_a_count_does_not_end_the_next_one()
    {
        // One connection: the return of one lease, the whole next one, and the one after it.
        var desk = NewDesk(1);
        var held = desk.RentIn(Batch);
        Threads.Run(held.Dispose, () => desk.RentIn(Interactive).Dispose(), () => desk.RentIn(Batch).Dispose());
        desk.CheckNothingLost(1);
    }

    [Interleaving]
    public static void A_hand_over_between_lanes_races_a_cancellation()
    {
        var desk = NewDesk(1);
        var held = desk.RentIn(Batch);
        var leaving = desk.Enqueue(blocks: false, TimeSpan.FromSeconds(10), Batch);
        var outcome = leaving.AsPendingRent().AsValueTask();
        var next = desk.Enqueue(blocks: false, TimeSpan.FromSeconds(10), Interactive);
        var other = next.AsPendingRent().AsValueTask();
        Threads.Run(held.Dispose, () => desk.Desk.Cancel(leaving));
        Check.That(outcome.IsCompleted, "a caller was forgotten");
        Return(outcome);
        Check.That(other.IsCompleted, "a caller was forgotten");
        Return(other);

        desk.CheckNothingLost(1);
    }

    [Interleaving]
    public static void A_reserve_is_free_whenever_its_caller_comes()
    {
        var desk = new TestDesk(size: 2, lanes: [new() { Name = "interactive", Reserve = 1 }, new() { Name = "batch" }]);
        var before = desk.Desk.ReadLanes()[Interactive].Waits;
        Threads.Run(
            () => desk.RentIn(Batch).Dispose(),
            () => desk.RentIn(Batch).Dispose(),
            () =>
            {
                var lease = desk.RentIn(Interactive);
                Check.That(desk.Desk.ReadLanes()[Interactive].Waits == before, "a caller of the reserve waited");
                lease.Dispose();
            });
        desk.CheckNothingLost(2);
    }

    [Interleaving]
    public static void A_shutdown_races_returns_of_lanes()
    {
        var desk = NewDesk(1);
        var held = desk.RentIn(Batch);
        var waiting = desk.Enqueue(blocks: false, TimeSpan.FromSeconds(10), Batch);
        var outcome = waiting.AsPendingRent().AsValueTask();
        Threads.Run(
            held.Dispose,
            () =>
            {
                desk.Desk.TryClose();
                desk.Desk.RetireAll(CloseReason.PoolClosed);
            });
        Check.That(outcome.IsCompleted, "a caller was forgotten");
        Return(outcome);
        Check.That(desk.Desk.ReadLanes().All(static lane => lane.InUse == 0), $"counted after the end: {desk.Desk.DescribeLanes()}");
        Check.That(desk.Database.Sessions == 0, "a session was left open");
    }

    private static void Return(ValueTask<ConnectionLease> rent)
    {
        if (rent.IsCompletedSuccessfully)
        {
            rent.Result.Dispose();
        }
    }

    private static TestDesk NewDesk(int size) => new(size, lanes: s_lanes);
}
