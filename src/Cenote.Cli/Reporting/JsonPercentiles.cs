using Cenote.Cli.Comparing;

namespace Cenote.Cli.Reporting;

/// <summary>In milliseconds.</summary>
internal sealed record JsonPercentiles(double P50, double P95, double P99)
{
    public static JsonPercentiles From(MedianPercentiles percentiles) =>
        new(Milliseconds(percentiles.P50), Milliseconds(percentiles.P95), Milliseconds(percentiles.P99));

    private static double Milliseconds(TimeSpan value) => Math.Round(value.TotalMilliseconds, 4);
}
