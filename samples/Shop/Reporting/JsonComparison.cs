using Cenote.Comparing;

namespace Cenote.Shop.Reporting;

internal sealed record JsonComparison
{
    /// <summary>In snake case: see REPORT.md.</summary>
    public required string Outcome { get; init; }

    /// <summary>
    /// Medians, like <see cref="Split"/> and <see cref="Mixed"/>; <see langword="null"/> when no pair was finished.
    /// </summary>
    public required double? ThroughputRatio { get; init; }

    public required double? LowestRatio { get; init; }

    public required double? HighestRatio { get; init; }

    public required int Pairs { get; init; }

    public required int PairsSplitAhead { get; init; }

    public required int PairsMixedAhead { get; init; }

    public required JsonSide Split { get; init; }

    public required JsonSide Mixed { get; init; }

    /// <summary>Of each pair, in their order.</summary>
    public required IReadOnlyList<double> Ratios { get; init; }

    public static JsonComparison From(Comparison comparison)
    {
        var has = comparison.Pairs.Count > 0;
        return new JsonComparison
        {
            Outcome = JsonReportMaker.SnakeCase(comparison.Outcome.ToString()),
            ThroughputRatio = has ? Round(comparison.Ratio) : null,
            LowestRatio = has ? Round(comparison.LowestRatio) : null,
            HighestRatio = has ? Round(comparison.HighestRatio) : null,
            Pairs = comparison.Pairs.Count,
            PairsSplitAhead = comparison.SplitAhead,
            PairsMixedAhead = comparison.MixedAhead,
            Split = JsonSide.From(comparison.Split),
            Mixed = JsonSide.From(comparison.Mixed),
            Ratios = [.. comparison.Pairs.Select(pair => Round(pair.Ratio))],
        };
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
