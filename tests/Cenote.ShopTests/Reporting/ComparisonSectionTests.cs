using Cenote.Comparing;
using Cenote.Shop.Reporting;
using Spectre.Console;

namespace Cenote.ShopTests.Reporting;

public sealed class ComparisonSectionTests
{
    [Theory]
    [InlineData("did 1.50 times the work of the mixed pool", 1.5, 1.4, 1.6, 1.5, 1.5, 1.5)]
    [InlineData("No clear difference", 1.5, 0.8, 1.6, 0.7, 1.1, 0.9)]
    [InlineData("did less here: 0.50 times", 0.5, 0.4, 0.6, 0.5, 0.5, 0.5)]
    [InlineData("Too few pairs to tell", 3.0, 3.0)]
    [InlineData("no result")]
    public void The_words_follow_from_the_numbers(string words, params double[] ratios)
    {
        var sentence = Markup.Remove(ComparisonSection.Sentence(Compare(ratios)));

        Assert.Contains(words, sentence);
        Assert.Equal(words.StartsWith("did 1.50", StringComparison.Ordinal), sentence.StartsWith("One writer + readers did 1.50 times", StringComparison.Ordinal));
    }

    [Fact]
    public void The_difference_of_the_pairs_is_reported_with_the_median() =>
        Assert.Contains("median 1.50, from 0.70 to 2.00; more in 2 of 3 pairs", Markup.Remove(ComparisonSection.Sentence(Compare(0.7, 1.5, 2.0))));

    private static Comparison Compare(params double[] ratios) => new(
        [.. ratios.Select(ratio => new PairMeasure(new PhaseMeasure(ratio * 100, default, default), new PhaseMeasure(100, default, default)))]);
}
