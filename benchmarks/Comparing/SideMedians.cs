using Cenote.Reporting;
namespace Cenote.Comparing;

/// <summary>Of one side's phases: the median of each number.</summary>
internal sealed class SideMedians(IReadOnlyList<PhaseMeasure> phases)
{
    public double OperationsPerSecond { get; } = Median.Of(phases.Select(phase => phase.OperationsPerSecond));

    public MedianPercentiles Reads { get; } = MedianPercentiles.Of([.. phases.Select(phase => phase.Reads)]);

    public MedianPercentiles Writes { get; } = MedianPercentiles.Of([.. phases.Select(phase => phase.Writes)]);
}
