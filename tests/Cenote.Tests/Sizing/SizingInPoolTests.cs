namespace Cenote.Tests.Sizing;

public sealed class SizingInPoolTests
{
    [Fact]
    public async Task A_pool_with_a_policy_starts_at_its_minimum_and_grows_by_the_policy()
    {
        await using var test = TestPool.Create(options =>
            (options.SizingPolicy, options.MinSize, options.MaxSize) = (new UtilizationSizingPolicy(), 2, 6));
        await test.When(counts => counts.Idle == 2);
        Assert.Equal(2, test.Counts.Limit);
        var rents = Enumerable.Range(0, 6).Select(_ => test.Pool.RentAsync().AsTask()).ToArray();
        await test.When(counts => counts is { Leased: 2, Waiting: 4 });

        await test.Pump(Task.WhenAll(rents), TimeSpan.FromSeconds(1));

        Assert.Equal(6, test.Counts.Limit);
        Assert.Equal(6, test.Database.PeakSessions);
        foreach (var rent in rents)
        {
            (await rent).Dispose();
        }

        await test.Pump(test.When(counts => counts is { Limit: 2, Total: 2 }), TimeSpan.FromSeconds(5));
        Assert.Equal(4, test.Pool.GetStatistics().ConnectionsClosedByReason.GetValueOrDefault(CloseReason.PoolShrunk));
        Assert.Contains(test.Logger.Collector.GetSnapshot(), record => record.Id.Id == 40);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public async Task A_size_beyond_the_bounds_is_refused_and_logged(int size)
    {
        await using var test = TestPool.Create(options =>
            (options.SizingPolicy, options.MinSize, options.MaxSize) = (new Stubborn(size), 2, 6));
        await test.When(counts => counts.Idle == 2);

        await test.Pass(TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(1));

        Assert.Equal(2, test.Counts.Limit);
        Assert.Contains(test.Logger.Collector.GetSnapshot(), record => record.Id.Id == 41);
    }

    [Fact]
    public async Task A_resize_moves_the_bounds_and_the_size_into_them()
    {
        await using var test = TestPool.Create(options =>
            (options.SizingPolicy, options.MinSize, options.MaxSize) = (new UtilizationSizingPolicy(), 2, 6));
        await test.When(counts => counts.Idle == 2);

        test.Pool.Resize(4, 8);

        await test.When(counts => counts is { Limit: 4, Idle: 4 });
    }

    private sealed class Stubborn(int size) : ISizingPolicy
    {
        public SizingDecision? Decide(in SizingObservation observation) => new(size, "no reason");
    }
}
