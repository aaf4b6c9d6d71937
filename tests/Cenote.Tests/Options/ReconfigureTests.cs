namespace Cenote.Tests.Options;

/// <summary>A running pool follows changed settings.</summary>
public sealed class ReconfigureTests
{
    [Fact]
    public async Task New_sizes_are_followed()
    {
        await using var test = TestPool.Create(options => (options.MinSize, options.MaxSize) = (0, 1));

        Assert.Empty(Change(test, options => (options.MinSize, options.MaxSize) = (3, 5)));

        await test.When(counts => counts.Idle == 3);
        Assert.Equal(5, test.Pool.Engine.Desk.ReadCapacity().MaxSize);
    }

    [Fact]
    public async Task Sizes_set_by_hand_stay_until_the_configured_ones_change()
    {
        await using var test = TestPool.Create(options => (options.MinSize, options.MaxSize) = (0, 2));
        test.Pool.Resize(0, 7);

        Change(test, options => options.AcquireTimeout = TimeSpan.FromSeconds(5));
        Assert.Equal(7, test.Pool.Engine.Desk.ReadCapacity().MaxSize);

        Change(test, options => options.MaxSize = 3);
        Assert.Equal(3, test.Pool.Engine.Desk.ReadCapacity().MaxSize);
    }

    [Fact]
    public async Task A_minimum_that_is_not_configured_follows_the_maximum_down_and_up_again()
    {
        await using var pool = new ConnectionPool(new StubProvider(new StubDatabase()), new ConnectionPoolOptions());

        pool.Reconfigure(new ConnectionPoolOptions { MaxSize = 1 });
        Assert.Equal((1, 1), (pool.GetStatistics().MinSize, pool.GetStatistics().MaxSize));

        pool.Reconfigure(new ConnectionPoolOptions { MaxSize = 5 });
        Assert.Equal((2, 5), (pool.GetStatistics().MinSize, pool.GetStatistics().MaxSize));
        Assert.Throws<PoolOptionsException>(() => pool.Reconfigure(new ConnectionPoolOptions { MinSize = 2, MaxSize = 1 }));
    }

    [Fact]
    public async Task A_new_acquire_timeout_counts_for_callers_that_come_later()
    {
        await using var test = await TestPool.FullAsync(1);
        using var held = await test.Pool.RentAsync();
        var earlier = test.Pool.RentAsync().AsTask();

        Change(test, options => options.AcquireTimeout = TimeSpan.FromSeconds(5));
        var later = test.Pool.RentAsync().AsTask();
        test.Time.Advance(TimeSpan.FromSeconds(6));

        await Assert.ThrowsAsync<PoolTimeoutException>(() => later.Soon());
        Assert.False(earlier.IsCompleted);
        held.Dispose();
        (await earlier.Soon()).Dispose();
    }

    [Fact]
    public async Task A_new_idle_time_retires_connections_that_were_open_already()
    {
        await using var test = await TestPool.FullAsync(1);

        Change(test, options => (options.MinSize, options.MaxIdleTime) = (0, TimeSpan.FromSeconds(5)));
        await test.PassUntil(() => test.Counts.Total == 0);

        Assert.Equal(1, test.Pool.GetStatistics().ConnectionsClosedByReason[CloseReason.Idle]);
    }

    [Fact]
    public async Task A_cap_on_waiters_and_leak_detection_may_come_and_go()
    {
        await using var test = await TestPool.FullAsync(1);
        using var held = await test.Pool.RentAsync();
        var waiting = test.Pool.RentAsync().AsTask();

        Change(test, options => (options.MaxWaiters, options.LeakDetection.Threshold) = (1, TimeSpan.FromSeconds(2)));
        await Assert.ThrowsAsync<PoolOverloadedException>(async () => await test.Pool.RentAsync());
        await test.PassUntil(() => test.Pool.GetStatistics().LeaksSuspected == 1);

        Change(test, _ => { });
        var second = test.Pool.RentAsync().AsTask();
        Assert.Equal(2, test.Counts.Waiting);
        held.Dispose();
        (await waiting.Soon()).Dispose();
        (await second.Soon()).Dispose();
    }

    [Fact]
    public async Task Settings_that_cannot_work_change_nothing_and_name_every_problem()
    {
        await using var test = TestPool.Create(options => options.MaxSize = 2);
        var before = test.Pool.Engine.Settings.Followed;

        var refusal = Assert.Throws<PoolOptionsException>(() => Change(test, options =>
            (options.MaxSize, options.MinSize, options.MaxIdleTime, options.AcquireTimeout) = (5, 9, TimeSpan.FromHours(1), TimeSpan.Zero)));

        Assert.Equal(2, refusal.Problems.Count);
        Assert.Same(before, test.Pool.Engine.Settings.Followed);
        Assert.Equal(2, test.Pool.Engine.Desk.ReadCapacity().MaxSize);
    }

    [Fact]
    public async Task What_a_running_pool_cannot_follow_is_named_and_logged_and_the_rest_is_followed()
    {
        await using var test = TestPool.Create();

        var waiting = Change(test, options => (options.ResetMode, options.MaxOpenRetries, options.MaxSize) = (ResetMode.None, 9, 4));

        Assert.Equal("MaxOpenRetries ResetMode", string.Join(' ', waiting));
        Assert.Equal(4, test.Pool.Engine.Desk.ReadCapacity().MaxSize);
        Assert.Contains(test.Logger.Collector.GetSnapshot(), record => record.Id.Id == 47 && record.Message.Contains("MaxOpenRetries, ResetMode", StringComparison.Ordinal));
        Assert.Contains(test.Logger.Collector.GetSnapshot(), record => record.Id.Id == 46 && record.Message.Contains("MaxSize 2 -> 4", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_same_settings_change_and_log_nothing()
    {
        await using var test = TestPool.Create();

        Assert.Empty(Change(test, _ => { }));

        Assert.DoesNotContain(test.Logger.Collector.GetSnapshot(), record => record.Id.Id is 40 or 46 or 47);
    }

    [Fact]
    public async Task What_waits_for_a_restart_is_logged_once_and_named_each_time()
    {
        await using var test = TestPool.Create();

        for (var round = 0; round < 3; round++)
        {
            Assert.Equal(["MaxOpenRetries"], Change(test, options => options.MaxOpenRetries = 9));
        }

        Assert.Single(test.Logger.Collector.GetSnapshot(), record => record.Id.Id == 47);
        Change(test, _ => { });
        Change(test, options => options.MaxOpenRetries = 9);
        Assert.Equal(2, test.Logger.Collector.GetSnapshot().Count(record => record.Id.Id == 47));
    }

    /// <summary>The minimum set by hand is larger than what the lanes need, but it may be lowered again.</summary>
    /// <param name="minIdle">1 changes the sizes, too, so the minimum is the configured one again.</param>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Lanes_keep_their_guarantee_in_a_reload_below_a_minimum_set_by_hand(int minIdle)
    {
        var budget = new ConnectionBudget("server", 12);
        await using var test = TestPool.Create(options =>
        {
            (options.Budget, options.GuaranteedSize, options.MaxSize) = (budget, 4, 10);
            options.Lanes = [new() { Name = "interactive", Reserve = 3 }, new() { Name = "batch" }];
        });
        test.Pool.Resize(5, 10);

        var waiting = Change(test, options =>
        {
            (options.GuaranteedSize, options.MinIdle, options.MaxWaiters) = (2, minIdle, 50);
            options.Lanes = [new() { Name = "interactive", Reserve = 1 }, new() { Name = "batch" }];
        });

        Assert.Equal(["Lanes", "GuaranteedSize"], waiting);
        Assert.Equal((4, 50), (test.Pool.Engine.Settings.Followed.GuaranteedSize, test.Pool.Engine.Settings.MaxWaiters));
        test.Pool.Resize(0, 10);
        Assert.Equal(4, Assert.Single(budget.GetShares()).GuaranteedSize);
    }

    /// <summary>The lanes of the running pool need 4 connections. A smaller pool cannot use so many.</summary>
    [Theory]
    [InlineData(10, 4)]
    [InlineData(3, 3)]
    [InlineData(2, 2)]
    public async Task A_kept_guarantee_of_lanes_is_the_maximum_size_at_most(int maxSize, int guaranteed)
    {
        var budget = new ConnectionBudget("server", 12);
        await using var test = TestPool.Create(options =>
        {
            (options.Budget, options.GuaranteedSize, options.MaxSize) = (budget, 4, 10);
            options.Lanes = [new() { Name = "interactive", Reserve = 3 }, new() { Name = "batch" }];
        });
        Reload(maxSize);

        Assert.Equal(guaranteed, Assert.Single(budget.GetShares()).GuaranteedSize);
        Assert.Equal((maxSize, guaranteed), (test.Pool.GetStatistics().MaxSize, test.Pool.Engine.Settings.Followed.GuaranteedSize));

        // Each lane gets connections, and with the old size they have the guarantee again.
        foreach (var lane in (string[])["interactive", "batch"])
        {
            (await test.Pool.RentAsync(new Lane(lane)).Soon()).Dispose();
        }

        Reload(10);
        Assert.Equal(4, Assert.Single(budget.GetShares()).GuaranteedSize);

        void Reload(int size) => Change(test, options =>
        {
            (options.GuaranteedSize, options.MaxSize) = (2, size);
            options.Lanes = [new() { Name = "interactive", Reserve = 1 }, new() { Name = "batch" }];
        });
    }

    public static TheoryData<string> Settings() => new(typeof(ConnectionPoolOptions).GetProperties().Select(property => property.Name));

    [Theory]
    [MemberData(nameof(Settings))]
    public async Task No_setting_is_forgotten_a_change_is_followed_or_named(string setting)
    {
        var budget = new ConnectionBudget("server", 10);
        await using var test = TestPool.Create(options => (options.Budget, options.GuaranteedSize) = (budget, 1));
        var before = test.Pool.Engine.Settings.Followed;

        var waiting = Change(test, options => OtherValues.Spoil(options, typeof(ConnectionPoolOptions).GetProperty(setting)!));

        Assert.True(waiting.Contains(setting, StringComparer.Ordinal) != (before != test.Pool.Engine.Settings.Followed), $"{setting}: {string.Join(", ", waiting)}");
    }

    private static IReadOnlyList<string> Change(TestPool test, Action<ConnectionPoolOptions> change)
    {
        var options = test.NewOptions();
        change(options);
        return test.Pool.Reconfigure(options);
    }
}
