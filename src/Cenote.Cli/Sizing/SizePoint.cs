using Cenote.Cli.Measuring;

namespace Cenote.Cli.Sizing;

/// <summary>What one size did in all rounds.</summary>
/// <param name="Size">How many connections were in use.</param>
/// <param name="PerSecond">The median of the rounds.</param>
/// <param name="Lowest">The slowest round.</param>
/// <param name="Highest">The fastest round.</param>
/// <param name="P50">The median duration of an execution.</param>
/// <param name="P95">The duration that one execution in twenty exceeds.</param>
internal sealed record SizePoint(int Size, double PerSecond, double Lowest, double Highest, TimeSpan P50, TimeSpan P95)
{
    public static IReadOnlyList<SizePoint> Of(IEnumerable<SweepRound> rounds) =>
        [.. rounds.GroupBy(static round => round.Size).OrderBy(static size => size.Key).Select(static size =>
        {
            double[] rates = [.. size.Select(static round => round.PerSecond).Order()];
            var durations = Durations.Of(size.Select(static round => round.Durations));
            return new SizePoint(size.Key, Middle(rates), rates[0], rates[^1], durations.Percentile(0.5), durations.Percentile(0.95));
        })];

    private static double Middle(double[] sorted) => (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
}
