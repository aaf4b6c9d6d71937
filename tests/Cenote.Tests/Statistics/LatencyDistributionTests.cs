using Cenote.Statistics;

namespace Cenote.Tests.Statistics;

public sealed class LatencyDistributionTests
{
    [Fact]
    public void Two_snapshots_give_the_percentiles_of_the_time_between_them()
    {
        var histogram = new Histogram();
        Record(histogram, 1000, TimeSpan.FromMilliseconds(1));
        var earlier = histogram.Snapshot();
        Record(histogram, 99, TimeSpan.FromMilliseconds(10));
        Record(histogram, 1, TimeSpan.FromMilliseconds(100));

        var between = histogram.Snapshot().Since(earlier);

        Assert.Equal(100, between.Count);
        AssertNear(10, between.GetPercentile(0.5));
        AssertNear(10, between.GetPercentile(0.99));
        AssertNear(100, between.GetPercentile(1));
        AssertNear(10.9, between.Summarize().Average);
        Assert.Equal(1100, earlier.Combine(between).Count);
        AssertNear(1, earlier.Combine(between).GetPercentile(0.5));
    }

    [Fact]
    public void The_maximum_of_a_stretch_is_not_that_of_the_time_before()
    {
        var histogram = new Histogram();
        histogram.Record(TimeSpan.FromSeconds(100));
        var earlier = histogram.Snapshot();
        histogram.Record(TimeSpan.FromMilliseconds(10));

        AssertNear(10, histogram.Snapshot().Since(earlier).Summarize().Maximum);
        Assert.Equal(TimeSpan.FromSeconds(100), histogram.Snapshot().Summarize().Maximum);
    }

    [Fact]
    public void Nothing_has_no_percentile()
    {
        var histogram = new Histogram();
        histogram.Record(TimeSpan.FromSeconds(1));
        var snapshot = histogram.Snapshot();

        Assert.Null(LatencyDistribution.Empty.GetPercentile(0.5));
        Assert.Null(snapshot.Since(snapshot).GetPercentile(0.5));
        Assert.Equal(default, LatencyDistribution.Empty.Summarize());
        Assert.Throws<ArgumentOutOfRangeException>(() => snapshot.GetPercentile(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => snapshot.GetPercentile(99));
    }

    [Fact]
    public async Task Callers_served_at_once_count_as_waits_of_zero()
    {
        await using var test = await TestPool.FullAsync(1);
        var before = test.Pool.GetLatencies().Wait;
        for (var i = 0; i < 10; i++)
        {
            await (await test.Pool.RentAsync()).DisposeAsync();
        }

        var waits = test.Pool.GetLatencies().Wait.Since(before);

        Assert.Equal(10, waits.Count);
        Assert.Equal(TimeSpan.Zero, waits.GetPercentile(1));
    }

    private static void Record(Histogram histogram, int times, TimeSpan duration)
    {
        for (var i = 0; i < times; i++)
        {
            histogram.Record(duration);
        }
    }

    private static void AssertNear(double milliseconds, TimeSpan? actual) => Assert.InRange(actual!.Value.TotalMilliseconds, milliseconds * 0.88, milliseconds * 1.13);
}
