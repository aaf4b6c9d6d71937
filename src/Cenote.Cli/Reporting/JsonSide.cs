using Cenote.Cli.Comparing;

namespace Cenote.Cli.Reporting;

/// <summary>One side of a comparison: medians over its phases.</summary>
internal sealed record JsonSide(double OperationsPerSecond, JsonPercentiles ReadMs, JsonPercentiles WriteMs)
{
    public static JsonSide From(SideMedians side) =>
        new(Math.Round(side.OperationsPerSecond, 1), JsonPercentiles.From(side.Reads), JsonPercentiles.From(side.Writes));
}
