using Cenote.Leasing;

namespace Cenote.InterleavingTests.Desk;

/// <summary>
/// Callers who count on a connection that is being cleared, so that no open starts for them: whatever becomes of the
/// reset, no caller waits for ever where there is room.
/// </summary>
internal static class ComingTests
{
    private static readonly TimeSpan UsualReset = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan UsualOpen = TimeSpan.FromMilliseconds(20);

    [Interleaving]
    public static void A_reset_that_ends_serves_who_counted_on_it()
    {
        var desk = Create(opened: 1, new ClearScript());
        Run(desk, desk.Rent().Dispose, desk.RentUseReturn, desk.RentUseReturn);
        desk.CheckNothingLost(2);
    }

    [Interleaving]
    public static void A_reset_that_fails_is_replaced_for_who_counted_on_it()
    {
        var desk = Create(opened: 1, new ClearScript(failing: 1));
        Run(desk, desk.Rent().Dispose, desk.RentUseReturn, desk.RentUseReturn);
        desk.CheckNothingLost(2);
    }

    [Interleaving]
    public static void A_reset_that_hangs_does_not_keep_callers_waiting()
    {
        var resets = new ClearScript(hanging: 1);
        var desk = Create(opened: 1, resets);
        Run(
            desk,
            desk.Rent().Dispose,
            () => RentAndRelease(desk, resets));
        desk.CheckNothingLost(2);
    }

    [Interleaving]
    public static void Two_resets_that_hang_and_fail_do_not_keep_callers_waiting()
    {
        var resets = new ClearScript(hanging: 2, failing: 2);
        var desk = Create(opened: 2, resets, size: 3);
        var first = desk.Rent();
        var second = desk.Rent();
        Run(
            desk,
            first.Dispose,
            second.Dispose,
            () => RentAndRelease(desk, resets));
        desk.CheckNothingLost(3);
    }

    [Interleaving]
    public static void A_cancelled_caller_takes_no_connection_with_it() => EndWhileCounting((desk, waiter) => desk.Desk.Cancel(waiter));

    [Interleaving]
    public static void A_caller_whose_time_is_up_takes_no_connection_with_it() => EndWhileCounting((desk, waiter) =>
    {
        desk.Clock.Advance(TimeSpan.FromSeconds(11));
        desk.Desk.TryExpire(waiter);
    });

    [Interleaving]
    public static void A_reset_of_a_retired_connection_is_not_counted_on()
    {
        var resets = new ClearScript(hanging: 1);
        var desk = Create(opened: 1, resets);
        Run(
            desk,
            desk.Rent().Dispose,
            () => desk.Desk.RetireAll(CloseReason.Retired),
            () => RentAndRelease(desk, resets));
        desk.CheckNothingLost(2);
    }

    /// <summary>
    /// One caller gives up while a reset hangs, and perhaps has a connection all the same; the other must be served.
    /// </summary>
    private static void EndWhileCounting(Action<TestDesk, Waiter> end)
    {
        var resets = new ClearScript(hanging: 1);
        var desk = Create(opened: 1, resets, size: 3);
        ValueTask<ConnectionLease> outcome = default;
        Run(
            desk,
            desk.Rent().Dispose,
            () =>
            {
                var waiter = desk.Enqueue(blocks: false);
                outcome = waiter.AsPendingRent().AsValueTask();
                end(desk, waiter);
            },
            () => RentAndRelease(desk, resets));
        Check.That(outcome.IsCompleted, "the waiter was forgotten");
        if (outcome.IsCompletedSuccessfully)
        {
            outcome.Result.Dispose();
        }

        desk.CheckNothingLost(3);
    }

    /// <summary>The reset that hangs ends only when the caller has been served.</summary>
    private static void RentAndRelease(TestDesk desk, ClearScript resets)
    {
        var lease = desk.Enqueue(blocks: true, TimeSpan.FromMinutes(1)).WaitBlocking();
        TestDesk.Use(lease);
        resets.Release();
        lease.Dispose();
    }

    private static TestDesk Create(int opened, ClearScript resets, int size = 2)
    {
        var desk = new TestDesk(size, reset: ResetMode.Full, opened: opened, clock: new ShortTimersClock(), clearsInline: false);

        // A timestamp of 0 means that no work began.
        desk.Clock.Advance(TimeSpan.FromSeconds(1));
        desk.Desk.Expected.Opens.Record(UsualOpen);
        desk.Desk.Expected.Resets.Record(UsualReset);
        desk.Database.Script = resets;
        return desk;
    }

    /// <summary>Runs all at once, and time beside them.</summary>
    private static void Run(TestDesk desk, params Action[] actions)
    {
        var clock = (ShortTimersClock)desk.Clock;
        var left = actions.Length;
        Threads.Run([clock.Run, .. actions.Select<Action, Action>(action => () =>
        {
            action();
            if (Interlocked.Decrement(ref left) == 0)
            {
                clock.End();
            }
        })]);
    }
}
