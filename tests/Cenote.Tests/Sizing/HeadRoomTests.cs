using Cenote.Leasing;

namespace Cenote.Tests.Sizing;

/// <summary>Connections that are kept idle beyond those leased (MinIdle), in a whole pool.</summary>
public sealed class HeadRoomTests
{
    [Fact]
    public async Task Connections_are_kept_idle_beyond_those_leased()
    {
        await using var test = TestPool.Create(static options => (options.MaxSize, options.MinIdle) = (10, 3));
        await test.When(static counts => counts is { Idle: 3, Total: 3 });

        var leases = await test.RentAsync(4);

        await test.When(static counts => counts is { Leased: 4, Idle: 3, Total: 7 });
        Assert.Equal(3, test.Pool.GetStatistics().MinIdle);
        Array.ForEach(leases, static lease => lease.Dispose());
        await test.When(static counts => counts.Idle == 7);
    }

    [Fact]
    public async Task Head_room_ends_at_the_maximum_size()
    {
        await using var test = TestPool.Create(static options => (options.MaxSize, options.MinIdle) = (5, 3));
        await test.When(static counts => counts.Idle == 3);

        var leases = await test.RentAsync(4);

        await test.When(static counts => counts is { Leased: 4, Idle: 1, Total: 5 });
        await test.Pass(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(1));
        Assert.Equal(5, test.Database.PeakSessions);
        Array.ForEach(leases, static lease => lease.Dispose());
    }

    [Fact]
    public async Task Lost_connections_are_replaced()
    {
        await using var test = TestPool.Create(static options => (options.MaxSize, options.MinIdle) = (10, 2));
        await test.When(static counts => counts.Idle == 2);
        var leases = await test.RentAsync(2);
        await test.When(static counts => counts.Idle == 2);

        foreach (var lease in leases)
        {
            lease.Stub().Break();
            lease.Dispose();
        }

        await test.When(static counts => counts is { Idle: 2, Total: 2 });
        test.Pool.Clear();
        await test.When(static counts => counts is { Idle: 2, Total: 2 });
        Assert.Equal(6, test.Database.Opened);
    }

    [Fact]
    public async Task After_a_spike_as_many_unused_connections_stay()
    {
        await using var test = TestPool.Create(static options =>
        {
            (options.MaxSize, options.MinIdle, options.MaxIdleTime) = (20, 3, TimeSpan.FromSeconds(60));
            (options.ValidationInterval, options.MaxLifetime) = (Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        });
        await test.When(static counts => counts.Idle == 3);
        var spike = await test.RentAsync(8);
        await test.When(static counts => counts is { Leased: 8, Idle: 3 });
        Array.ForEach(spike, static lease => lease.Dispose());

        // Two are in use again and again: they and three more are needed.
        for (var second = 0; second < 90; second++)
        {
            var leases = await test.RentAsync(2);
            await test.Pass(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
            Array.ForEach(leases, static lease => lease.Dispose());
        }

        await test.Pump(test.When(static counts => counts.Total == 5), TimeSpan.FromSeconds(1));
        await test.Pump(test.When(static counts => counts.Total == 3), TimeSpan.FromSeconds(5));
        await test.Pass(TimeSpan.FromMinutes(30));
        Assert.Equal(3, test.Counts.Idle);
        Assert.True(test.Pool.Engine.Maintenance.IsAtRest, "a pool with its head-room comes to rest");
        Assert.Equal(11, test.Database.Opened);
    }

    [Fact]
    public async Task The_minimum_size_counts_connections_in_use_and_head_room_does_not()
    {
        await using var test = TestPool.Create(static options => (options.MinSize, options.MaxSize, options.MinIdle) = (4, 10, 1));
        await test.When(static counts => counts.Idle == 4);

        var leases = await test.RentAsync(3);
        await test.Pass(TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(1));
        Assert.Equal(4, test.Counts.Total);
        using var another = await test.Pool.RentAsync();

        await test.When(static counts => counts is { Leased: 4, Idle: 1 });
        Array.ForEach(leases, static lease => lease.Dispose());
    }

    [Fact]
    public async Task A_suspended_pool_opens_no_head_room_until_it_is_resumed()
    {
        await using var test = TestPool.Create(static options => (options.MaxSize, options.MinIdle) = (10, 2));
        await test.When(static counts => counts.Idle == 2);
        test.Pool.Suspend();
        test.Pool.Clear();

        await test.Pump(test.When(static counts => counts.Total == 0));
        await test.Pass(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(1));
        Assert.Equal(2, test.Database.Opened);
        test.Pool.Resume();

        await test.When(static counts => counts.Idle == 2);
    }

    [Fact]
    public async Task A_drained_pool_stays_empty_until_it_is_resumed()
    {
        await using var test = TestPool.Create(static options => (options.MaxSize, options.MinIdle) = (10, 2));
        await test.When(static counts => counts.Idle == 2);
        var lease = await test.Pool.RentAsync();
        await test.When(static counts => counts.Total == 3);

        var drained = test.Pool.DrainAsync();
        lease.Dispose();
        await drained.Soon();

        await test.Pass(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(1));
        Assert.Equal(0, test.Counts.Total);
        test.Pool.Resume();
        await test.When(static counts => counts.Idle == 2);
    }

    [Fact]
    public async Task An_open_circuit_is_probed_by_one_open_at_a_time_however_large_the_head_room()
    {
        await using var test = TestPool.Create(static options =>
        {
            (options.MaxSize, options.MinIdle) = (60, 50);
            options.CircuitBreaker = new CircuitBreakerOptions();
        });
        await test.When(static counts => counts.Idle == 50);
        test.Script.Always(StubCall.Open, StubStep.Fail());
        test.Pool.Clear();
        await test.PassUntil(() => test.Pool.GetCircuitStatus().State != CircuitState.Closed);
        await test.When(static counts => counts.Total == 0);
        var before = test.Database.Calls(StubCall.Open).Started;
        Assert.InRange(before, 50, 50 + 16);

        await test.Pass(TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(1));
        Assert.InRange(test.Database.Calls(StubCall.Open).Started - before, 1, 200);
        test.Script.Heal(StubCall.Open);

        await test.Pump(test.When(static counts => counts.Idle == 50), TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task A_server_that_is_full_is_asked_gently()
    {
        await using var test = TestPool.Create(static options => (options.MinSize, options.MaxSize, options.MinIdle) = (2, 60, 2));
        await test.When(static counts => counts.Idle == 2);
        test.Script.Always(StubCall.Open, StubStep.Fail(FailureKind.TooManyConnections));
        var leases = await test.RentAsync(2);

        await test.Pass(TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(1));

        Assert.InRange(test.Database.Calls(StubCall.Open).Started, 3, 60);
        Array.ForEach(leases, static lease => lease.Dispose());
    }

    [Fact]
    public async Task A_sizing_policy_leaves_the_head_room_of_a_quiet_pool()
    {
        await using var test = TestPool.Create(static options =>
            (options.SizingPolicy, options.MinSize, options.MaxSize, options.MinIdle) = (new UtilizationSizingPolicy(), 1, 20, 4));
        await test.When(static counts => counts.Idle == 4);
        Assert.Equal(4, test.Counts.Limit);

        await test.Pass(TimeSpan.FromMinutes(10));

        Assert.Equal(4, test.Counts.Limit);

        // One may be validated at this moment.
        await test.When(static counts => counts is { Total: 4, Idle: 4 });
    }

    [Fact]
    public async Task A_resize_changes_the_head_room_and_keeps_it_where_it_is_not_named()
    {
        await using var test = TestPool.Create(static options => (options.MaxSize, options.MinIdle) = (10, 2));
        await test.When(static counts => counts.Idle == 2);

        test.Pool.Resize(0, 10, minIdle: 5);
        await test.When(static counts => counts.Idle == 5);
        test.Pool.Resize(0, 4);
        await test.When(static counts => counts is { Idle: 4, Total: 4 });
        test.Pool.Resize(0, 10);
        await test.When(static counts => counts.Idle == 5);

        Assert.Equal("5", test.Pool.GetSettings().Single(static setting => setting.Name == "MinIdle").Value);
        var exception = Assert.Throws<PoolOptionsException>(() => test.Pool.Resize(5, 4, minIdle: 6));
        Assert.Equal(2, exception.Problems.Count);
    }

    [Fact]
    public async Task Changed_options_change_the_head_room_of_a_running_pool()
    {
        await using var test = TestPool.Create(static options => options.MaxSize = 10);
        var options = test.NewOptions();
        options.MinIdle = 3;

        Assert.Empty(test.Pool.Reconfigure(options));

        await test.When(static counts => counts.Idle == 3);
        Assert.Empty(test.Pool.Reconfigure(test.NewOptions()));
        Assert.Equal(0, test.Pool.GetStatistics().MinIdle);
    }

    [Theory]
    [InlineData(-1, 5)]
    [InlineData(6, 5)]
    public void A_head_room_that_cannot_be_is_refused_with_every_other_problem(int minIdle, int maxSize)
    {
        var exception = Assert.Throws<PoolOptionsException>(() => new ConnectionPool(
            new StubProvider(new StubDatabase()),
            new ConnectionPoolOptions { MinSize = 7, MaxSize = maxSize, MinIdle = minIdle }));

        Assert.Contains(exception.Problems, problem => problem.Contains($"MinIdle is {minIdle}", StringComparison.Ordinal));
        Assert.Contains(exception.Problems, problem => problem.Contains("MinSize is 7", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_builder_sets_the_head_room()
    {
        await using var pool = new ConnectionPoolBuilder().UseProvider(new StubProvider(new StubDatabase())).WithSize(0, 10).WithMinIdle(4).Build();

        Assert.Equal(4, pool.GetStatistics().MinIdle);
    }
}
