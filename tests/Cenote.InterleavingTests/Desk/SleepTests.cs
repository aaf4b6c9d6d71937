namespace Cenote.InterleavingTests.Desk;

/// <summary>A pool at rest falls asleep while callers come.</summary>
internal static class SleepTests
{
    [Interleaving]
    public static void A_caller_that_finds_a_pool_asleep_wakes_it()
    {
        var desk = new TestDesk(size: 2);
        Threads.Run(() => RentFrom(desk), () => RentFrom(desk), desk.Desk.Sleep);
        RentFrom(desk);
        Check.That(!desk.Desk.IsAsleep, "the pool sleeps on");
        desk.CheckNothingLost(2);
    }

    [Interleaving]
    public static void A_queued_caller_wakes_a_pool()
    {
        var desk = new TestDesk(size: 1);
        var held = desk.Rent();
        Threads.Run(desk.Desk.Sleep, desk.RentUseReturn, held.Dispose);
        desk.RentUseReturn();
        Check.That(!desk.Desk.IsAsleep, "the pool sleeps on");
        desk.CheckNothingLost(1);
    }

    [Interleaving]
    public static void The_sleep_of_a_pool_does_not_count_as_a_standstill()
    {
        var desk = new TestDesk(size: 1);
        var before = desk.Desk.Standstills;
        desk.Desk.Sleep();
        desk.Clock.Advance(TimeSpan.FromMinutes(1));
        Threads.Run(desk.RentUseReturn, desk.Desk.RequireValidation, desk.Desk.Settle);
        Check.That(desk.Desk.Standstills == before, "the sleep counts as a standstill");
        desk.CheckNothingLost(1);
    }

    private static void RentFrom(TestDesk desk)
    {
        var wasAsleep = desk.Desk.IsAsleep;
        var lease = desk.Rent();
        Check.That(!wasAsleep || !desk.Desk.IsAsleep, "the rent has not woken the pool");
        TestDesk.Use(lease);
        lease.Dispose();
    }
}
