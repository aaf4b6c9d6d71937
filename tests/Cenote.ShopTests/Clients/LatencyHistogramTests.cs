using Cenote.Shop.Clients;

namespace Cenote.ShopTests.Clients;

public sealed class LatencyHistogramTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(37)]
    [InlineData(1_000)]
    [InlineData(123_456)]
    [InlineData(60_000_000)]
    public void Percentiles_are_exact_to_about_three_per_cent(long unitMicroseconds)
    {
        var histogram = new LatencyHistogram();
        for (var step = 1; step <= 100; step++)
        {
            histogram.Record(TimeSpan.FromMicroseconds(step * unitMicroseconds));
        }

        var summary = histogram.Summarize();
        Assert.Equal(100, summary.Count);
        Near(50, summary.P50);
        Near(95, summary.P95);
        Near(99, summary.P99);
        Assert.Equal(TimeSpan.FromMicroseconds(100 * unitMicroseconds), summary.Maximum);
        Assert.Equal(TimeSpan.FromMicroseconds(50.5 * unitMicroseconds), summary.Average);

        void Near(double expected, TimeSpan actual) =>
            Assert.InRange(actual.TotalMicroseconds, expected * unitMicroseconds, (expected * unitMicroseconds * 1.04) + 1);
    }

    [Fact]
    public void Nothing_measured_is_all_zero() => Assert.Equal(default, new LatencyHistogram().Summarize());

    [Fact]
    public async Task Nothing_is_lost_between_threads()
    {
        var histogram = new LatencyHistogram();
        await Task.WhenAll(Enumerable.Range(1, 4).Select(thread => Task.Run(() =>
        {
            for (var count = 0; count < 10_000; count++)
            {
                histogram.Record(TimeSpan.FromMilliseconds(thread));
            }
        })));

        Assert.Equal(40_000, histogram.Summarize().Count);
        Assert.Equal(TimeSpan.FromMilliseconds(4), histogram.Summarize().Maximum);
        Assert.Equal(TimeSpan.FromMilliseconds(2.5), histogram.Summarize().Average);
    }
}
