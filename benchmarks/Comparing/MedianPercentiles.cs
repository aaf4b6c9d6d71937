using Cenote.Reporting;
namespace Cenote.Comparing;

/// <summary>The median of each percentile over several phases.</summary>
internal readonly record struct MedianPercentiles(TimeSpan P50, TimeSpan P95, TimeSpan P99)
{
    public static MedianPercentiles Of(IReadOnlyList<LatencySummary> phases)
    {
        return new MedianPercentiles(Over(phase => phase.P50), Over(phase => phase.P95), Over(phase => phase.P99));

        TimeSpan Over(Func<LatencySummary, TimeSpan> percentile) => TimeSpan.FromTicks((long)Median.Of(phases.Select(phase => (double)percentile(phase).Ticks)));
    }
}
