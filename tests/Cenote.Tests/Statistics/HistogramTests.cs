using Cenote.Statistics;

namespace Cenote.Tests.Statistics;

public sealed class HistogramTests
{
    [Fact]
    public void Durations_recorded_at_once_in_a_new_histogram_are_all_counted()
    {
        const int Threads = 4;
        for (var round = 0; round < 200; round++)
        {
            var histogram = new Histogram();
            using var barrier = new Barrier(Threads);
            Thread[] threads = [.. Enumerable.Range(0, Threads).Select(_ => new Thread(() =>
            {
                barrier.SignalAndWait();
                for (var power = 0; power < 40; power++)
                {
                    histogram.Record(TimeSpan.FromTicks(1L << power));
                }
            }))];
            Array.ForEach(threads, static thread => thread.Start());
            Array.ForEach(threads, static thread => thread.Join());

            Assert.Equal(Threads * 40, histogram.Count);
            Assert.Equal(TimeSpan.FromTicks(Threads * ((1L << 40) - 1)), histogram.Sum);
        }
    }

    [Fact]
    public void Added_histograms_have_the_durations_of_both()
    {
        var (left, right) = (new Histogram(), new Histogram());
        left.Record(TimeSpan.FromMilliseconds(1));
        right.Record(TimeSpan.FromSeconds(10));
        right.Record(TimeSpan.Zero);

        left.Add(right);

        var summary = left.Summarize();
        Assert.Equal((3, TimeSpan.FromSeconds(10)), (summary.Count, summary.Maximum));
        Assert.InRange(summary.P50, TimeSpan.FromMilliseconds(0.9), TimeSpan.FromMilliseconds(1.1));
        Assert.Equal(3, left.Snapshot().Count);
    }
}
