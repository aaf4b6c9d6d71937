namespace Cenote.Tests.Statistics;

public sealed class PoolStateTests
{
    [Fact]
    public async Task Statistics_contain_the_state_of_the_pool()
    {
        var test = await TestPool.FullAsync(1);
        Assert.Equal(PoolState.Running, test.Pool.GetStatistics().State);

        test.Pool.Suspend();
        Assert.Equal(PoolState.Suspended, test.Pool.GetStatistics().State);

        await test.Pool.DrainAsync().Soon();
        Assert.Equal(PoolState.Draining, test.Pool.GetStatistics().State);

        test.Pool.Resume();
        Assert.Equal(PoolState.Running, test.Pool.GetStatistics().State);

        test.Pool.Suspend();
        Assert.Equal(PoolState.Suspended, test.Pool.GetStatistics().State);

        await test.DisposeAsync();
        Assert.Equal(PoolState.Closed, test.Pool.GetStatistics().State);
    }

    [Fact]
    public async Task Statistics_carry_the_bounds_in_force()
    {
        await using var test = TestPool.Create(options => (options.MinSize, options.MaxSize) = (1, 4));
        Assert.Equal((1, 4), (test.Pool.GetStatistics().MinSize, test.Pool.GetStatistics().MaxSize));

        test.Pool.Resize(0, 3);

        Assert.Equal((0, 3), (test.Pool.GetStatistics().MinSize, test.Pool.GetStatistics().MaxSize));
    }

    [Fact]
    public async Task Statistics_say_how_long_the_first_in_the_queue_has_waited()
    {
        await using var test = await TestPool.FullAsync(1);
        var held = await test.Pool.RentAsync();
        Assert.Equal(TimeSpan.Zero, test.Pool.GetStatistics().LongestWait);
        var first = test.Pool.RentAsync().AsTask();
        test.Time.Advance(TimeSpan.FromSeconds(2));
        var second = test.Pool.RentAsync().AsTask();
        test.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(TimeSpan.FromSeconds(3), test.Pool.GetStatistics().LongestWait);

        held.Dispose();
        var lease = await first.Soon();
        Assert.Equal(TimeSpan.FromSeconds(1), test.Pool.GetStatistics().LongestWait);

        lease.Dispose();
        (await second.Soon()).Dispose();
        Assert.Equal(TimeSpan.Zero, test.Pool.GetStatistics().LongestWait);
    }
}
