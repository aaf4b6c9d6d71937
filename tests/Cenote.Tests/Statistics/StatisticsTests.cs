using Cenote.Statistics;

namespace Cenote.Tests.Statistics;

public sealed class StatisticsTests
{
    [Fact]
    public async Task Every_number_moves_when_it_should()
    {
        await using var test = await TestPool.FullAsync(1, options => options.AcquireTimeout = TimeSpan.FromSeconds(10));
        var lease = await test.Pool.RentAsync();
        var served = test.Pool.RentAsync().AsTask();
        await test.When(counts => counts.Waiting == 1);
        test.Time.Advance(TimeSpan.FromSeconds(2));
        lease.Dispose();
        var second = await served.Soon();
        using var cancellation = new CancellationTokenSource();
        var cancelled = test.Pool.RentAsync(cancellation.Token).AsTask();
        await test.When(counts => counts.Waiting == 1);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled.Soon());
        var late = test.Pool.RentAsync().AsTask();
        test.Time.Advance(TimeSpan.FromSeconds(10));
        await Assert.ThrowsAsync<PoolTimeoutException>(() => late.Soon());
        test.Time.Advance(TimeSpan.FromSeconds(1));
        second.RetireOnReturn();
        second.Dispose();
        await test.When(counts => counts is { Idle: 1, Total: 1 });

        var statistics = test.Pool.GetStatistics();

        Assert.Equal(2, statistics.Rents);
        Assert.Equal(1, statistics.Waits);
        Assert.Equal(1, statistics.Cancellations);
        Assert.Equal(1, statistics.Timeouts);
        Assert.Equal(0, statistics.Errors);
        Assert.Equal(2, statistics.ConnectionsOpened);
        Assert.Equal(1, statistics.ConnectionsClosedByReason[CloseReason.RequestedByHolder]);
        Assert.Equal(statistics.Counts.Total, statistics.ConnectionsOpened - statistics.ConnectionsClosed);
        Assert.Equal(2, statistics.WaitTime.Count);
        Assert.Equal(TimeSpan.FromSeconds(2), statistics.WaitTime.Maximum);
        Assert.Equal(TimeSpan.FromSeconds(1), statistics.WaitTime.Average);
        Assert.Equal(2, statistics.UseTime.Count);
        Assert.Equal(TimeSpan.FromSeconds(11), statistics.UseTime.Maximum);
        Assert.Equal(2, statistics.ConnectTime.Count);
    }

    [Theory]
    [InlineData(1, 0.000_010)]
    [InlineData(1000, 0.001)]
    [InlineData(100_000, 3.0)]
    public void Percentiles_are_exact_to_seven_per_cent(int count, double longestSeconds)
    {
        var histogram = new Histogram();
        for (var i = 1; i <= count; i++)
        {
            histogram.Record(TimeSpan.FromSeconds(longestSeconds * i / count));
        }

        var summary = histogram.Summarize();

        Assert.Equal(count, summary.Count);
        Assert.InRange(summary.P50.TotalSeconds, longestSeconds * 0.5 * 0.93, longestSeconds * (count == 1 ? 1.0 : 0.5 * 1.07));
        Assert.InRange(summary.P99.TotalSeconds, longestSeconds * 0.99 * 0.93, longestSeconds);
        Assert.Equal(longestSeconds, summary.Maximum.TotalSeconds, 6);
    }

    [Fact]
    public void Callers_that_did_not_wait_count_as_zero()
    {
        var histogram = new Histogram();
        histogram.Record(TimeSpan.FromSeconds(1));

        var summary = histogram.Summarize(zeros: 99);

        Assert.Equal(100, summary.Count);
        Assert.Equal(TimeSpan.Zero, summary.P99);
        Assert.Equal(TimeSpan.FromSeconds(1), summary.Maximum);
    }
}
