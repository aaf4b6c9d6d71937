using Cenote.Comparing;

namespace Cenote.Shop.Reporting;

/// <param name="Outcome">In snake case: see REPORT.md.</param>
/// <param name="ThroughputRatio">Medians, like <see cref="Split"/> and <see cref="Mixed"/>; <see langword="null"/> when
/// no pair was finished.</param>
/// <param name="Ratios">Of each pair, in their order.</param>
internal sealed record JsonComparison(
    string Outcome,
    double? ThroughputRatio,
    double? LowestRatio,
    double? HighestRatio,
    int Pairs,
    int PairsSplitAhead,
    int PairsMixedAhead,
    JsonSide Split,
    JsonSide Mixed,
    IReadOnlyList<double> Ratios)
{
    public static JsonComparison From(Comparison comparison)
    {
        var has = comparison.Pairs.Count > 0;
        return new JsonComparison(
            Outcome: JsonReportMaker.SnakeCase(comparison.Outcome.ToString()),
            ThroughputRatio: has ? Round(comparison.Ratio) : null,
            LowestRatio: has ? Round(comparison.LowestRatio) : null,
            HighestRatio: has ? Round(comparison.HighestRatio) : null,
            Pairs: comparison.Pairs.Count,
            PairsSplitAhead: comparison.SplitAhead,
            PairsMixedAhead: comparison.MixedAhead,
            Split: JsonSide.From(comparison.Split),
            Mixed: JsonSide.From(comparison.Mixed),
            Ratios: [.. comparison.Pairs.Select(pair => Round(pair.Ratio))]);
    }

    private static double Round(double ratio) => Math.Round(ratio, 4);
}

/// <summary>One side of a comparison: medians over its phases.</summary>
internal sealed record JsonSide(double OperationsPerSecond, JsonPercentiles ReadMs, JsonPercentiles WriteMs)
{
    public static JsonSide From(SideMedians side) =>
        new(Math.Round(side.OperationsPerSecond, 1), JsonPercentiles.From(side.Reads), JsonPercentiles.From(side.Writes));
}

/// <summary>In milliseconds.</summary>
internal sealed record JsonPercentiles(double P50, double P95, double P99)
{
    public static JsonPercentiles From(MedianPercentiles percentiles) => new(
        JsonLatency.Milliseconds(percentiles.P50), JsonLatency.Milliseconds(percentiles.P95), JsonLatency.Milliseconds(percentiles.P99));
}
