namespace Cenote.Tests.Statistics;

public sealed class PoolStatisticsTests
{
    [Fact]
    public async Task A_new_pool_has_nothing_to_tell()
    {
        await using var test = TestPool.Create();

        var statistics = test.Pool.GetStatistics();

        Assert.Equal("test", statistics.PoolName);
        Assert.Equal(test.Time.GetUtcNow(), statistics.Time);
        Assert.Equal((0, 0, 0, 0, 0), (statistics.Rents, statistics.Waits, statistics.Timeouts, statistics.Errors, statistics.Cancellations));
        Assert.Equal((0, 0, 0), (statistics.ConnectionsOpened, statistics.OpenFailures, statistics.ConnectionsClosed));
        Assert.Empty(statistics.ConnectionsClosedByReason);
        Assert.Null(statistics.LastOpenFailure);
    }

    [Fact]
    public async Task Rents_and_waits_are_counted_and_timed()
    {
        await using var test = await TestPool.FullAsync(1);
        for (var i = 0; i < 3; i++)
        {
            (await test.Pool.RentAsync().Soon()).Dispose();
            await test.When(counts => counts.Idle == 1);
        }

        var before = test.Pool.GetStatistics().Waits;
        var held = await test.Pool.RentAsync().Soon();
        var waiter = test.Pool.RentAsync().AsTask();
        test.Time.Advance(TimeSpan.FromMilliseconds(700));
        held.Dispose();
        (await waiter.Soon()).Dispose();

        var statistics = test.Pool.GetStatistics();
        Assert.Equal(5, statistics.Rents);
        Assert.Equal(before + 1, statistics.Waits);
        Assert.Equal(5, statistics.WaitTime.Count);
        Assert.InRange(statistics.WaitTime.Maximum, TimeSpan.FromMilliseconds(699), TimeSpan.FromMilliseconds(760));
        Assert.InRange(statistics.WaitTime.P99, TimeSpan.FromMilliseconds(600), TimeSpan.FromMilliseconds(800));
        Assert.True(statistics.WaitTime.P50 < TimeSpan.FromMilliseconds(1));
        Assert.InRange(statistics.WaitTime.Average, TimeSpan.FromMilliseconds(130), TimeSpan.FromMilliseconds(150));
    }

    [Fact]
    public async Task The_time_of_use_is_measured()
    {
        await using var test = await TestPool.FullAsync(1);
        var lease = await test.Pool.RentAsync();

        test.Time.Advance(TimeSpan.FromSeconds(3));
        lease.Dispose();

        var statistics = test.Pool.GetStatistics();
        Assert.Equal(1, statistics.UseTime.Count);
        Assert.InRange(statistics.UseTime.Maximum, TimeSpan.FromSeconds(2.9), TimeSpan.FromSeconds(3.3));
    }

    [Fact]
    public async Task The_time_of_a_successful_open_is_measured_and_that_of_a_failed_one_is_not()
    {
        var gate = new StubGate();
        await using var test = TestPool.Create(
            script: new CallScript().At(StubCall.Open, 1, StubStep.Fail()).At(StubCall.Open, 2, StubStep.Hang(gate)));
        await Assert.ThrowsAsync<ConnectionOpenException>(() => test.Pool.RentAsync().Soon());
        var rent = test.Pool.RentAsync().AsTask();
        await test.Database.OpenStarted(2).Soon();
        test.Time.Advance(TimeSpan.FromSeconds(2));
        gate.Release();
        (await rent.Soon()).Dispose();

        var statistics = test.Pool.GetStatistics();
        Assert.Equal(1, statistics.ConnectTime.Count);
        Assert.InRange(statistics.ConnectTime.Maximum, TimeSpan.FromSeconds(1.9), TimeSpan.FromSeconds(2.2));
        Assert.Equal((1, 1, 1), (statistics.ConnectionsOpened, statistics.OpenFailures, statistics.Errors));
    }

    [Fact]
    public async Task Opened_less_closed_is_what_is_open()
    {
        await using var test = await TestPool.FullAsync(4);
        var lease = await test.Pool.RentAsync();
        lease.RetireOnReturn();
        lease.Dispose();
        test.Pool.Resize(0, 2);
        await test.When(counts => counts is { Closing: 0, Opening: 0, Total: <= 2 });

        var statistics = test.Pool.GetStatistics();

        Assert.Equal(statistics.Counts.Total, statistics.ConnectionsOpened - statistics.ConnectionsClosed);
        Assert.Equal(test.Database.Sessions, statistics.Counts.Total);
        Assert.Equal(1, statistics.ConnectionsClosedByReason[CloseReason.RequestedByHolder]);
        Assert.DoesNotContain(CloseReason.Idle, statistics.ConnectionsClosedByReason.Keys);
    }

    [Fact]
    public async Task A_snapshot_adds_up_while_the_pool_is_busy()
    {
        await using var test = await TestPool.FullAsync(3, options => options.TimeProvider = TimeProvider.System);
        using var source = new CancellationTokenSource();
        var callers = Enumerable.Range(0, 6).Select(_ => Task.Run(async () =>
        {
            while (!source.IsCancellationRequested)
            {
                (await test.Pool.RentAsync()).Dispose();
            }
        })).ToArray();

        for (var i = 0; i < 2000; i++)
        {
            var counts = test.Pool.GetStatistics().Counts;
            Assert.Equal(3, counts.Total);
            Assert.InRange(counts.Waiting, 0, 6);
        }

        await source.CancelAsync();
        await Task.WhenAll(callers).Soon();
    }
}
