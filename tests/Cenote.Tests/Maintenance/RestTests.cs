using Cenote.Maintenance;
using Cenote.Sizing;
using Microsoft.Extensions.Time.Testing;

namespace Cenote.Tests.Maintenance;

/// <summary>Unused pools: one timer for all, and work only when time makes some due.</summary>
[Collection(nameof(Connections.BlockedThreadPool))]
public sealed class RestTests
{
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task Pools_with_one_clock_share_one_timer_until_the_last_is_closed()
    {
        var time = new PeriodicTimerCount();
        List<ConnectionPool> pools = [.. Enumerable.Range(0, 10).Select(_ => NewPool(time))];
        Assert.Equal(1, time.Timers);

        foreach (var pool in pools)
        {
            Assert.Equal(1, time.Timers);
            await pool.DisposeAsync().AsTask().Soon();
        }

        await Patience.SoonAsync(() => new ValueTask<bool>(time.Timers == 0), () => "the last pool leaves the timer");
        await using var later = NewPool(time);
        Assert.Equal(1, time.Timers);
    }

    [Fact]
    public async Task A_tick_of_pools_at_rest_allocates_nothing()
    {
        var time = new FakeTimeProvider();
        List<ConnectionPool> pools = [.. Enumerable.Range(0, 100).Select(_ => NewPool(time))];
        await Task.WhenAll(pools.Select(static pool => pool.WaitUntilReadyAsync())).Soon();
        await AllAtRestAsync(time, pools);
        Advance(time);

        // The clock itself allocates a little for each of its steps.
        var alone = Measure(new FakeTimeProvider());
        Assert.InRange(Measure(time), 0, alone + 10_000);
        await Task.WhenAll(pools.Select(static pool => pool.DisposeAsync().AsTask())).Soon();

        static long Measure(FakeTimeProvider time)
        {
            using var timer = time.CreateTimer(static _ => { }, null, Tick, Tick);
            Advance(time);
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 100; i++)
            {
                Advance(time);
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    [Fact]
    public async Task An_unused_pool_holds_little_memory()
    {
        const int Pools = 300;
        var (time, database) = (new FakeTimeProvider(), new StubDatabase());
        await using var first = new ConnectionPool(new StubProvider(database), new ConnectionPoolOptions { TimeProvider = time });
        await first.WaitUntilReadyAsync().Soon();
        var before = MeasureMemory();
        List<ConnectionPool> pools = [.. Enumerable.Range(0, Pools).Select(_ => new ConnectionPool(new StubProvider(database), new ConnectionPoolOptions { TimeProvider = time }))];
        await Task.WhenAll(pools.Select(static pool => pool.WaitUntilReadyAsync())).Soon();
        await AllAtRestAsync(time, pools);

        // Some 8 KB, a tenth of it the stub driver's.
        Assert.InRange((MeasureMemory() - before) / Pools, 1_000, 12_500);
        await Task.WhenAll(pools.Select(static pool => pool.DisposeAsync().AsTask())).Soon();
    }

    [Fact]
    public async Task A_pool_at_rest_still_does_what_time_makes_due()
    {
        await using var test = TestPool.Create(static options =>
        {
            (options.MinSize, options.MaxSize) = (0, 4);
            (options.ValidationInterval, options.MaxIdleTime) = (TimeSpan.FromSeconds(100), TimeSpan.FromSeconds(300));
        });
        (await test.Pool.RentAsync().Soon()).Dispose();
        await test.Pass(TimeSpan.FromSeconds(RestWatch.TicksToRest + 3), Tick);
        Assert.Equal(0, test.Database.Calls(StubCall.Validate).Started);

        await test.Pass(TimeSpan.FromSeconds(80), Tick);
        await test.StatisticsAre(_ => test.Database.Calls(StubCall.Validate).Started == 1);
        await test.Pass(TimeSpan.FromSeconds(195), Tick);
        Assert.Equal(1, test.Counts.Total);

        await test.PassUntil(() => test.Counts.Total == 0, Tick);
        Assert.Equal(1, test.Pool.GetStatistics().ConnectionsClosedByReason[CloseReason.Idle]);
    }

    [Fact]
    public async Task A_lease_from_a_pool_at_rest_is_watched_for_a_leak()
    {
        await using var test = TestPool.Create(static options => options.LeakDetection.Threshold = TimeSpan.FromSeconds(20));
        (await test.Pool.RentAsync().Soon()).Dispose();
        await test.Pass(TimeSpan.FromSeconds(60), Tick);

        using var lease = await test.Pool.RentAsync().Soon();
        await test.Pass(TimeSpan.FromSeconds(25), Tick);

        Assert.Equal(1, test.Pool.GetStatistics().LeaksSuspected);
    }

    [Fact]
    public async Task A_pool_at_rest_is_passed_over_until_a_caller_comes()
    {
        await using var test = TestPool.Create(static options => options.ValidationInterval = Timeout.InfiniteTimeSpan);
        (await test.Pool.RentAsync().Soon()).Dispose();
        var desk = test.Pool.Engine.Desk;
        await test.PassUntil(() => desk.IsAsleep, Tick);
        await test.Pass(TimeSpan.FromSeconds(3), Tick);
        var (clock, standstills) = (desk.Now, desk.Standstills);
        await test.Pass(TimeSpan.FromSeconds(6), Tick);
        Assert.Equal(clock, desk.Now);

        using var lease = await test.Pool.RentAsync().Soon();

        Assert.False(desk.IsAsleep);
        Assert.InRange(desk.Now, clock + 6_000, clock + 10_000);
        Assert.Equal(standstills, desk.Standstills);
        await test.PassUntil(() => desk.Now >= clock + 12_000, Tick);
    }

    [Fact]
    public async Task A_slow_sizing_policy_delays_no_other_pool()
    {
        var time = new FakeTimeProvider();
        using var release = new ManualResetEventSlim();
        var slow = new CallbackPolicy(release.Wait);
        var other = new CallbackPolicy(static () => { });
        await using var first = NewPool(time, slow);
        await using var second = NewPool(time, other);
        time.Advance(Tick);
        await Patience.SoonAsync(() => new ValueTask<bool>(slow.Calls == 1 && other.Calls == 1), () => "both are called");

        for (var calls = 2; calls < 5; calls++)
        {
            // A tick passes over a pool whose work of the last one has not quite ended.
            await Patience.SoonAsync(
                () =>
                {
                    time.Advance(Tick);
                    return new ValueTask<bool>(other.Calls >= calls);
                },
                () => $"{other.Calls} calls");
        }

        Assert.Equal(1, slow.Calls);
        release.Set();
    }

    private static ConnectionPool NewPool(TimeProvider time, ISizingPolicy? policy = null) => new(
        new StubProvider(new StubDatabase()), new ConnectionPoolOptions { TimeProvider = time, ValidationInterval = Timeout.InfiniteTimeSpan, SizingPolicy = policy });

    private static void Advance(FakeTimeProvider time) => time.Advance(Tick);

    /// <summary>
    /// Returns the memory in use when no collection frees more. What the tests before have left is more than the pools
    /// of this one, and one forced collection may leave a twentieth of it.
    /// </summary>
    private static long MeasureMemory()
    {
        var (last, now) = (long.MaxValue, GC.GetTotalMemory(forceFullCollection: true));
        while (last - now > 10_000)
        {
            GC.WaitForPendingFinalizers();
            (last, now) = (now, GC.GetTotalMemory(forceFullCollection: true));
        }

        return now;
    }

    // What a tick has found to do is done before the next, so that a busy machine does not spread the pools' work.
    private static Task AllAtRestAsync(FakeTimeProvider time, List<ConnectionPool> pools) =>
        time.PassUntilAsync(() => pools.TrueForAll(static pool => pool.Engine.Maintenance.IsAtRest), Tick, static () => "every pool comes to rest");

    private sealed class CallbackPolicy(Action decide) : ISizingPolicy
    {
        private int _calls;

        public int Calls => Volatile.Read(ref _calls);

        public SizingDecision? Decide(in SizingObservation observation)
        {
            Interlocked.Increment(ref _calls);
            decide();
            return null;
        }
    }

    /// <summary>Fake time that counts the periodic timers which are alive.</summary>
    private sealed class PeriodicTimerCount : FakeTimeProvider
    {
        private readonly TimerCountingTime _counted = new();

        public int Timers => _counted.Timers;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            period == Timeout.InfiniteTimeSpan ? base.CreateTimer(callback, state, dueTime, period) : _counted.CreateTimer(callback, state, dueTime, period);
    }
}
