using Cenote.Reporting;
namespace Cenote.Comparing;

/// <summary>One writer with readers beside one mixed pool of as many connections, in the same run.</summary>
internal sealed class Comparison
{
    /// <summary>Chance explains what is likelier than this; on either side, so 5 % in all.</summary>
    private const double Significance = 0.025;

    /// <summary>Less than this is not worth a change, however sure.</summary>
    private const double LeastDifference = 0.05;

    /// <summary>
    /// With fewer, all on one side show nothing: one half to the power of 5 is more than <see cref="Significance"/>.
    /// </summary>
    private const int FewestPairs = 6;

    public Comparison(IReadOnlyList<PairMeasure> pairs)
    {
        Pairs = pairs;
        Ratio = Median.Of(pairs.Select(pair => pair.Ratio));
        Split = new SideMedians([.. pairs.Select(pair => pair.Split)]);
        Mixed = new SideMedians([.. pairs.Select(pair => pair.Mixed)]);
        SplitAhead = pairs.Count(pair => pair.Ratio > 1);
        MixedAhead = pairs.Count(pair => pair.Ratio < 1);
        Outcome = Evaluate();
    }

    /// <summary>Those of which both phases were whole, oldest first.</summary>
    public IReadOnlyList<PairMeasure> Pairs { get; }

    /// <summary>The median of the pairs' ratios: that of the medians would mix moments of the machine.</summary>
    public double Ratio { get; }

    public double LowestRatio => Pairs.Select(pair => pair.Ratio).DefaultIfEmpty().Min();

    public double HighestRatio => Pairs.Select(pair => pair.Ratio).DefaultIfEmpty().Max();

    public SideMedians Split { get; }

    public SideMedians Mixed { get; }

    /// <summary>Pairs in which the split pools did more.</summary>
    public int SplitAhead { get; }

    /// <summary>Pairs in which the mixed pool did more.</summary>
    public int MixedAhead { get; }

    public ComparisonOutcome Outcome { get; }

    private ComparisonOutcome Evaluate()
    {
        if (Pairs.Count < FewestPairs)
        {
            return ComparisonOutcome.TooFewPairs;
        }

        if (Ratio >= 1 + LeastDifference && SignTest.Chance(Pairs.Count, SplitAhead) <= Significance)
        {
            return ComparisonOutcome.SplitFaster;
        }

        return 1 / Ratio >= 1 + LeastDifference && SignTest.Chance(Pairs.Count, MixedAhead) <= Significance
            ? ComparisonOutcome.MixedFaster
            : ComparisonOutcome.NoClearDifference;
    }
}
