using Cenote.Shop.Checking;
using Cenote.Shop.Clients;
using Cenote.Shop.Arguments;
using Cenote.Comparing;
using Cenote.Shop.Display;
using Cenote.Shop.Pools;

namespace Cenote.Shop.Reporting;

/// <summary>Everything that is known of a run when it is over.</summary>
/// <param name="Rows">Rows that the shop had at the start.</param>
/// <param name="Meters">All that clients did, whatever through.</param>
/// <param name="Arrangements">Each arrangement of pools, at rest.</param>
/// <param name="Comparison"><see langword="null"/> when there was one arrangement only.</param>
/// <param name="Afterwards">What becomes of the shop, in words.</param>
/// <param name="Unreachable">Whether the database did not answer the check.</param>
internal sealed record RunResult(
    RunOptions Options,
    RunHeading Heading,
    long Rows,
    TimeSpan SetupTime,
    TimeSpan Elapsed,
    bool Interrupted,
    OperationMeters Meters,
    ErrorTally Errors,
    IReadOnlyList<ArrangementSight> Arrangements,
    Comparison? Comparison,
    IReadOnlyList<CheckFinding> Findings,
    string Afterwards,
    bool Unreachable)
{
    public IEnumerable<PoolSight> Pools => Arrangements.SelectMany(arrangement => arrangement.Pools);

    public bool Holds => Findings.All(finding => finding.Holds);
}
