using Cenote.Maintenance;
using Cenote.Options;
using Cenote.StubDriver;

namespace Cenote.InterleavingTests.Maintenance;

/// <summary>The one timer of all pools with a clock, while pools come and go.</summary>
internal static class MaintenanceTimerTests
{
    [Interleaving]
    public static void The_timer_lives_as_long_as_a_pool_needs_it()
    {
        var clock = new CountingClock();
        var timer = new MaintenanceTimer(clock);
        var (first, second, third) = (NewLoop(clock), NewLoop(clock), NewLoop(clock));
        timer.Add(first);
        Threads.Run(
            () => timer.Remove(first),
            () =>
            {
                timer.Add(second);
                timer.Remove(second);
            },
            () => timer.Add(third));
        Check.That(clock.Timers == 1, $"{clock.Timers} timers for one pool");
        timer.Remove(third);
        Check.That(clock.Timers == 0, "the timer outlived the last pool");
    }

    [Interleaving]
    public static void No_timer_outlives_the_last_pool()
    {
        var clock = new CountingClock();
        var timer = new MaintenanceTimer(clock);
        var (first, second) = (NewLoop(clock), NewLoop(clock));
        Threads.Run(() => ComeAndGo(first), () => ComeAndGo(second), () => timer.Remove(first));
        timer.Remove(first);
        Check.That(clock.Timers == 0, $"{clock.Timers} timers without a pool");

        void ComeAndGo(MaintenanceLoop loop)
        {
            timer.Add(loop);
            timer.Remove(loop);
        }
    }

    // Of a pool that was never started, so that it has no timer but this one.
    private static MaintenanceLoop NewLoop(CountingClock clock)
    {
        var provider = new StubProvider(new StubDatabase());
        return new PoolEngine(provider, PoolSettings.Create(provider, new ConnectionPoolOptions { Name = "timed", TimeProvider = clock })).Maintenance;
    }
}
