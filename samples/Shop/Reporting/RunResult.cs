using Cenote.Shop.Checking;
using Cenote.Shop.Clients;
using Cenote.Shop.Arguments;
using Cenote.Comparing;
using Cenote.Shop.Display;
using Cenote.Shop.Pools;

namespace Cenote.Shop.Reporting;

/// <summary>Everything that is known of a run when it is over.</summary>
internal sealed record RunResult
{
    public required RunOptions Options { get; init; }

    public required RunHeading Heading { get; init; }

    /// <summary>Rows that the shop had at the start.</summary>
    public required long Rows { get; init; }

    public required TimeSpan SetupTime { get; init; }

    public required TimeSpan Elapsed { get; init; }

    public required bool Interrupted { get; init; }

    /// <summary>All that clients did, whatever through.</summary>
    public required OperationMeters Meters { get; init; }

    public required ErrorTally Errors { get; init; }

    /// <summary>Each arrangement of pools, at rest.</summary>
    public required IReadOnlyList<ArrangementSight> Arrangements { get; init; }

    /// <summary><see langword="null"/> when there was one arrangement only.</summary>
    public required Comparison? Comparison { get; init; }

    public required IReadOnlyList<CheckFinding> Findings { get; init; }

    /// <summary>What becomes of the shop, in words.</summary>
    public required string Afterwards { get; init; }

    /// <summary>Whether the database did not answer the check.</summary>
    public required bool Unreachable { get; init; }

    public IEnumerable<PoolSight> Pools => Arrangements.SelectMany(arrangement => arrangement.Pools);

    public bool Holds => Findings.All(finding => finding.Holds);
}
