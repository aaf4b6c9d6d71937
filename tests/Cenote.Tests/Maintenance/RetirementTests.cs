namespace Cenote.Tests.Maintenance;

public sealed class RetirementTests
{
    [Fact]
    public async Task Connections_unused_for_long_are_closed_down_to_the_minimum()
    {
        await using var test = await WarmAsync(open: 4, options => (options.MinSize, options.MaxSize, options.MaxIdleTime) = (1, 4, TimeSpan.FromSeconds(60)));

        await test.Pass(TimeSpan.FromSeconds(55));
        Assert.Equal(4, test.Counts.Total);
        await test.Pass(TimeSpan.FromSeconds(10));

        await test.When(counts => counts is { Total: 1, Idle: 1 });
        Assert.Equal(3, test.Pool.GetStatistics().ConnectionsClosedByReason[CloseReason.Idle]);
        await test.Pass(TimeSpan.FromSeconds(300));
        Assert.Equal(1, test.Database.Sessions);
    }

    [Fact]
    public async Task Connections_in_use_are_not_idle()
    {
        await using var test = await WarmAsync(open: 2, options => (options.MaxSize, options.MaxIdleTime) = (2, TimeSpan.FromSeconds(10)));
        using var held = await test.Pool.RentAsync();

        await test.Pass(TimeSpan.FromSeconds(60));

        await test.When(counts => counts is { Total: 1, Leased: 1 });
        held.Ask();
    }

    [Fact]
    public async Task Keeping_a_connection_alive_does_not_count_as_use()
    {
        await using var test = await WarmAsync(
            open: 2,
            options => (options.MaxSize, options.MaxIdleTime, options.ValidationInterval) = (2, TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(5)));

        // Were a validation a use, no connection would ever be idle for longer than the five seconds between two of
        // them.
        for (var round = 1; round <= 14; round++)
        {
            await test.Pass(TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(1));
            await test.Database.CallEnded(StubCall.Validate, round).Soon();
            await test.When(counts => counts.Idle == 2);
        }

        await test.Pump(test.When(counts => counts.Total == 0), TimeSpan.FromSeconds(1));
        Assert.Equal(2, test.Pool.GetStatistics().ConnectionsClosedByReason[CloseReason.Idle]);
    }

    [Fact]
    public async Task Nothing_is_retired_for_idleness_or_age_when_both_are_off()
    {
        await using var test = await WarmAsync(
            open: 2,
            options => (options.MaxSize, options.MaxIdleTime, options.MaxLifetime, options.ValidationInterval) =
                (2, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan));

        await test.Pass(TimeSpan.FromDays(2));

        Assert.Equal(0, test.Database.Closed);
    }

    [Fact]
    public async Task A_replacement_is_opened_before_an_old_connection_is_retired()
    {
        await using var test = await TestPool.FullAsync(1, options => (options.MaxSize, options.MaxLifetime, options.LifetimeJitter) = (2, TimeSpan.FromSeconds(100), 0.05));
        var gate = new StubGate();
        test.Script.At(StubCall.Open, 2, StubStep.Hang(gate));

        await test.Pass(TimeSpan.FromSeconds(94), TimeSpan.FromSeconds(1));
        Assert.Equal(1, test.Database.Calls(StubCall.Open).Started);
        for (var second = 0; second < 10 && test.Counts.Opening == 0; second++)
        {
            test.Time.Advance(TimeSpan.FromSeconds(1));
        }

        await test.Database.OpenStarted(2).Soon();

        // Still there while its replacement is being opened.
        Assert.Equal(1, test.Database.Sessions);
        Assert.Equal(0, test.Database.Closed);
        gate.Release();
        await test.When(counts => counts.Idle == 2);
        await test.Pump(test.When(counts => counts is { Total: 1, Idle: 1 }), TimeSpan.FromSeconds(1));
        Assert.True(test.Pool.GetStatistics().ConnectionsClosedByReason[CloseReason.Lifetime] >= 1);
        Assert.DoesNotContain(test.Database.OpenSessions, session => session.Id == 1);
    }

    [Fact]
    public async Task At_the_limit_the_old_connection_goes_first_and_the_limit_holds()
    {
        await using var test = await TestPool.FullAsync(2, options => options.MaxLifetime = TimeSpan.FromSeconds(100));

        await test.Pass(TimeSpan.FromSeconds(110), TimeSpan.FromSeconds(1));

        await test.Pump(test.When(counts => counts is { Total: 2, Idle: 2 }), TimeSpan.FromSeconds(1));
        Assert.Equal(2, test.Database.PeakSessions);
        Assert.True(test.Pool.GetStatistics().ConnectionsClosedByReason[CloseReason.Lifetime] >= 2);
        Assert.DoesNotContain(test.Database.OpenSessions, session => session.Id <= 2);
    }

    [Fact]
    public async Task A_connection_that_comes_of_age_in_use_is_closed_when_it_returns()
    {
        await using var test = await TestPool.FullAsync(1, options => options.MaxLifetime = TimeSpan.FromSeconds(100));
        var held = await test.Pool.RentAsync();

        await test.Pass(TimeSpan.FromSeconds(200), TimeSpan.FromSeconds(1));
        held.Ask();
        held.Dispose();

        using var next = await test.Pool.RentAsync().Soon();
        Assert.NotEqual(1, next.SessionId());
        await test.When(counts => counts.Closing == 0);
        Assert.Equal(1, test.Pool.GetStatistics().ConnectionsClosedByReason[CloseReason.Lifetime]);
    }

    [Fact]
    public async Task Connections_opened_together_do_not_all_come_of_age_together()
    {
        await using var test = await TestPool.FullAsync(
            20, options => (options.MaxLifetime, options.LifetimeJitter, options.ValidationInterval) = (TimeSpan.FromSeconds(1000), 0.05, Timeout.InfiniteTimeSpan));

        await test.Pass(TimeSpan.FromSeconds(949), TimeSpan.FromSeconds(13));
        Assert.Equal(0, test.Database.Closed);
        await test.Pass(TimeSpan.FromSeconds(26), TimeSpan.FromSeconds(1));
        var half = test.Pool.GetStatistics().ConnectionsClosedByReason.GetValueOrDefault(CloseReason.Lifetime);
        await test.Pass(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(1));

        Assert.InRange(half, 1, 19);

        // One whose predecessor's replacement is still being opened goes a tick later.
        await test.PassUntil(() => test.Pool.GetStatistics().ConnectionsClosedByReason.GetValueOrDefault(CloseReason.Lifetime) == 20, TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task A_new_generation_closes_idle_connections_now_and_leased_ones_as_they_come_back()
    {
        await using var test = await TestPool.FullAsync(3);
        var held = await test.Pool.RentAsync();

        test.Pool.Clear();
        await test.StatisticsAre(statistics => statistics.ConnectionsClosedByReason.GetValueOrDefault(CloseReason.Retired) == 2);
        held.Ask();
        held.Dispose();

        await test.Pump(test.When(counts => counts is { Idle: 3, Total: 3 }));
        Assert.Equal(3, test.Pool.GetStatistics().ConnectionsClosedByReason[CloseReason.Retired]);
        Assert.All(test.Database.OpenSessions, session => Assert.True(session.Id > 3));
    }

    [Fact]
    public async Task A_connection_being_opened_when_a_new_generation_began_is_not_rented()
    {
        var gate = new StubGate();
        await using var test = TestPool.Create(script: new CallScript().At(StubCall.Open, 1, StubStep.Hang(gate)));
        var rent = test.Pool.RentAsync().AsTask();
        await test.Database.OpenStarted(1).Soon();

        test.Pool.Clear();
        gate.Release();

        // The old open ends without a session, or brings one late: it depends on which of the two it hears of first.
        using var lease = await rent.Soon();
        Assert.False(lease.Stub().Session!.IsLate);
        Assert.True(test.Database.Calls(StubCall.Open).Started >= 2);
    }

    [Fact]
    public async Task A_connection_being_reset_when_a_new_generation_began_is_not_rented_again()
    {
        var gate = new StubGate();
        await using var test = await TestPool.FullAsync(1, script: new CallScript().At(StubCall.Clear, 1, StubStep.Hang(gate)));
        (await test.Pool.RentAsync()).Dispose();

        test.Pool.Clear();
        gate.Release();

        using var lease = await test.Pool.RentAsync().Soon();
        Assert.Equal(2, lease.SessionId());
    }

    [Fact]
    public async Task One_connection_that_comes_of_age_is_replaced_by_one()
    {
        await using var test = TestPool.Create(options =>
        {
            options.MinSize = 1;
            options.MaxSize = 50;
            options.MaxLifetime = TimeSpan.FromSeconds(4);
        });
        await test.When(counts => counts.Idle == 1);

        // No time passes while one is opened or closed: the new connection would come of age meanwhile.
        for (var second = 0; second < 5; second++)
        {
            test.Time.Advance(TimeSpan.FromSeconds(1));
            await test.When(counts => counts is { Opening: 0, Closing: 0 });
        }

        while (test.Counts is not { Idle: 1, Total: 1 })
        {
            test.Time.Advance(TimeSpan.FromMilliseconds(100));
            await test.When(counts => counts is { Opening: 0, Closing: 0 });
        }

        Assert.InRange(test.Database.Opened, 2, 3);
        Assert.InRange(test.Database.Calls(StubCall.Open).Started, 2, 3);
    }

    private static async Task<TestPool> WarmAsync(int open, Action<ConnectionPoolOptions> configure)
    {
        var test = TestPool.Create(configure);
        await test.Pool.WarmUpAsync(open).Soon();
        return test;
    }
}
