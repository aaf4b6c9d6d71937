using Cenote.Cli.Comparing;
using Cenote.Cli.Measuring;

namespace Cenote.CliTests.Comparing;

public sealed class CompareReportTests
{
    [Theory]
    [InlineData(1.2, Outcome.Better)]
    [InlineData(1, Outcome.WithinNoise)]
    [InlineData(0.8, Outcome.Worse)]
    public void A_difference_is_one_where_nearly_all_pairs_agree(double faster, object outcome)
    {
        var random = new Random(3);
        var throughput = Measure.AllOf([.. Enumerable.Range(0, Comparison.Pairs).Select(_ => PairOf(1, 1000 * faster * Noise(), 1000 * Noise()))])[0];

        Assert.Equal(outcome, throughput.Outcome);
        Assert.InRange(throughput.Ratio, throughput.Least, throughput.Most);

        double Noise() => 0.95 + (0.1 * random.NextDouble());
    }

    [Fact]
    public void A_load_that_drifts_is_the_same_for_both_sides_of_a_pair()
    {
        var throughput = Measure.AllOf([.. Enumerable.Range(1, Comparison.Pairs).Select(static round => PairOf(1, 110 * round, 100 * round))])[0];

        Assert.Equal(1.1, throughput.Ratio, 1e-9);
        Assert.Equal(1.1, throughput.Least, 1e-9);
        Assert.Equal(1.1, throughput.Most, 1e-9);
    }

    [Fact]
    public void Two_odd_pairs_of_fifteen_on_one_side_do_not_change_the_interval()
    {
        double[] ratios = [5, 9, .. Enumerable.Repeat(1.0, Comparison.Pairs - 2)];

        var throughput = Measure.AllOf([.. ratios.Select(static ratio => PairOf(1, 100 * ratio, 100))])[0];

        Assert.Equal((1.0, 1.0, 1.0), (throughput.Least, throughput.Ratio, throughput.Most));
        Assert.Equal(Outcome.WithinNoise, throughput.Outcome);
    }

    [Fact]
    public void A_shorter_time_is_better()
    {
        var measures = Measure.AllOf([.. Enumerable.Repeat(PairOf(1, 100, 100, TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(2)), Comparison.Pairs)]);

        Assert.Equal("throughput, wait p50, wait p99, lease p50, lease p99", string.Join(", ", measures.Select(static measure => measure.Name)));
        Assert.Equal(Outcome.WithinNoise, measures[0].Outcome);
        Assert.All(measures.Skip(1), static measure => Assert.Equal(Outcome.Better, measure.Outcome));
        Assert.All(measures.Skip(1), static measure => Assert.InRange(measure.Ratio, 0.48, 0.52));
    }

    [Theory]
    [InlineData(1000, Outcome.WithinNoise)]
    [InlineData(1100, Outcome.Worse)]
    public void Times_one_step_of_their_counts_apart_are_within_noise(int ours, object outcome)
    {
        // All durations that may be the neighbours of 1 ms by a difference of 0.1 %.
        Assert.All(Enumerable.Range(0, 40), step =>
        {
            var time = TimeSpan.FromMicroseconds(1000 + step);
            var measures = Measure.AllOf([.. Enumerable.Repeat(PairOf(1, 100, 100, (time * ours / 1000) + TimeSpan.FromMicroseconds(1), time), Comparison.Pairs)]);

            Assert.All(measures.Skip(1), measure => Assert.Equal(outcome, measure.Outcome));
        });
    }

    [Fact]
    public void Summary_names_the_numbers_of_clients_of_each_result()
    {
        var report = new CompareReport(
            new MeasuredServer("Imaginary 1.0", 100, 100, TimeSpan.FromMilliseconds(1)),
            ("Driver", "1.0"),
            connections: 10,
            [.. Enumerable.Range(0, Comparison.Pairs).SelectMany(static _ => (TurnPair[])[PairOf(1, 100, 100), PairOf(10, 100, 100), PairOf(40, 120, 100), PairOf(80, 100, 120)])],
            isResetProven: true);

        Assert.Equal("Throughput: no difference beyond the noise with 1, 10 clients; Cenote is faster with 40 clients; the driver is faster with 80 clients.", report.Summary);
        Assert.Equal(Comparison.Pairs, report.Pairs);
        Assert.Contains(report.Findings, static finding => finding.Text.Contains("p99 is the slowest", StringComparison.Ordinal));
    }

    private static TurnPair PairOf(int clients, double ours, double driver, TimeSpan? oursTime = null, TimeSpan? driverTime = null)
    {
        return new TurnPair(clients, ResultOf(ours, oursTime), ResultOf(driver, driverTime));

        static LoadResult ResultOf(double rate, TimeSpan? time)
        {
            var durations = new Durations();
            durations.Add(time ?? TimeSpan.FromMilliseconds(1));
            return new LoadResult(rate, durations, durations, 0.1);
        }
    }
}
