using Cenote.Cli.Checking;
using Cenote.Cli.Clients;
using Cenote.Cli.Commands;
using Cenote.Cli.Display;

namespace Cenote.Cli.Reporting;

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

    public required RunMeters Meters { get; init; }

    public required PoolStatistics Pool { get; init; }

    public required PoolPeaks Peaks { get; init; }

    public required IReadOnlyList<CheckFinding> Findings { get; init; }

    /// <summary>What becomes of the shop, in words.</summary>
    public required string Afterwards { get; init; }

    /// <summary>Whether the database did not answer the check.</summary>
    public required bool Unreachable { get; init; }

    public bool Holds => Findings.All(finding => finding.Holds);
}
