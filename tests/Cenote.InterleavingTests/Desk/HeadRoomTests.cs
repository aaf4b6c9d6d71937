namespace Cenote.InterleavingTests.Desk;

/// <summary>Rents, returns, losses and resizes of a pool that keeps connections idle beyond those leased.</summary>
internal static class HeadRoomTests
{
    private const int Size = 4;

    [Interleaving]
    public static void Rents_at_once_leave_the_head_room_and_lose_nothing()
    {
        var desk = new TestDesk(Size, opened: 1, minIdle: 1);
        Threads.Run(desk.RentUseReturn, desk.RentUseReturn, desk.RentUseReturn);
        desk.CheckNothingLost(Size);
    }

    [Interleaving]
    public static void Leases_that_stay_have_the_head_room_beside_them_after_a_tick()
    {
        var desk = new TestDesk(Size, opened: 1, minIdle: 1);
        var first = default(ConnectionLease);
        var second = default(ConnectionLease);
        Threads.Run(() => first = desk.Rent(), () => second = desk.Rent());
        desk.Desk.Settle();
        var counts = desk.Desk.Count();
        Check.That(counts is { Leased: 2, Idle: >= 1 }, $"no head-room: {counts}");
        first.Dispose();
        second.Dispose();
        desk.CheckNothingLost(Size);
    }

    [Interleaving]
    public static void A_resize_meets_rents()
    {
        var desk = new TestDesk(Size, opened: 1, minIdle: 2);
        Threads.Run(
            desk.RentUseReturn,
            desk.RentUseReturn,
            () => desk.Desk.Resize(0, Size, Size, minIdle: 0));
        desk.CheckNothingLost(Size);
    }

    [Interleaving]
    public static void Failing_opens_meet_rents()
    {
        var desk = new TestDesk(Size, opened: 1, minIdle: 2);
        desk.Work.FailingOpens = 2;
        Threads.Run(desk.RentUseReturn, desk.RentUseReturn);
        desk.Work.FailingOpens = 0;
        desk.Clock.Advance(TimeSpan.FromSeconds(1));
        desk.Desk.Settle();
        desk.CheckNothingLost(Size);
    }
}
