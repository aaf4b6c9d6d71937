using Cenote.Comparing;

namespace Cenote.ShopTests.Comparing;

public sealed class ComparisonTests
{
    [Fact]
    internal void Nearly_all_pairs_on_one_side_and_a_median_worth_it_are_a_gain() =>
        Says(ComparisonOutcome.SplitFaster, 1.2, 1.3, 0.9, 1.4, 1.3, 1.2, 1.1, 1.5, 1.2);

    [Fact]
    internal void Pairs_on_both_sides_are_none_though_the_median_is_high() =>
        Says(ComparisonOutcome.NoClearDifference, 2.0, 0.8, 2.1, 0.7, 1.9, 0.9, 2.2, 1.8, 0.6);

    [Fact]
    internal void A_sure_difference_that_is_not_worth_it_is_none() =>
        Says(ComparisonOutcome.NoClearDifference, 1.01, 1.02, 1.01, 1.03, 1.02, 1.01, 1.02, 1.03, 1.01);

    [Fact]
    internal void A_loss_is_told_as_one() =>
        Says(ComparisonOutcome.MixedFaster, 0.8, 0.7, 0.9, 0.8, 0.6, 0.7, 0.8, 0.9, 0.7);

    [Fact]
    internal void Few_pairs_show_nothing_however_far_they_are_on_one_side() =>
        Says(ComparisonOutcome.TooFewPairs, 9, 9, 9, 9, 9);

    [Fact]
    internal void Without_pairs_the_outcome_is_open() => Says(ComparisonOutcome.TooFewPairs);

    [Fact]
    public void The_ratio_is_the_median_of_the_pairs_not_that_of_the_medians()
    {
        var comparison = new Comparison([Pair(100, 50), Pair(40, 10), Pair(10, 10)]);

        Assert.Equal(2, comparison.Ratio);
        Assert.Equal(1, comparison.LowestRatio);
        Assert.Equal(4, comparison.HighestRatio);
        Assert.Equal(40, comparison.Split.OperationsPerSecond);
        Assert.Equal(10, comparison.Mixed.OperationsPerSecond);
    }

    [Fact]
    public void Percentiles_are_medians_over_the_phases_of_their_side()
    {
        var comparison = new Comparison([Pair(1, 1, 1), Pair(1, 1, 9), Pair(1, 1, 2)]);

        Assert.Equal(TimeSpan.FromMilliseconds(2), comparison.Split.Reads.P99);
        Assert.Equal(TimeSpan.FromMilliseconds(4), comparison.Split.Writes.P99);
        Assert.Equal(TimeSpan.FromMilliseconds(6), comparison.Mixed.Reads.P50);
        Assert.Equal(TimeSpan.FromMilliseconds(8), comparison.Mixed.Writes.P95);
    }

    [Fact]
    public void A_phase_in_which_nothing_was_done_counts_as_one_operation() =>
        Assert.Equal(2, PhaseMeasure.Of(done: 0, TimeSpan.FromSeconds(0.5), default, default).OperationsPerSecond);

    private static void Says(ComparisonOutcome outcome, params double[] ratios) =>
        Assert.Equal(outcome, new Comparison([.. ratios.Select(ratio => Pair(1_000 * ratio, 1_000))]).Outcome);

    private static PairMeasure Pair(double split, double mixed, double milliseconds = 1) => new(
        new PhaseMeasure(split, Latency(milliseconds), Latency(2 * milliseconds)),
        new PhaseMeasure(mixed, Latency(3 * milliseconds), Latency(4 * milliseconds)));

    private static LatencySummary Latency(double milliseconds) =>
        new() { P50 = TimeSpan.FromMilliseconds(milliseconds), P95 = TimeSpan.FromMilliseconds(milliseconds), P99 = TimeSpan.FromMilliseconds(milliseconds) };
}
