namespace Cenote.Cli.Reporting;

/// <summary>The report for machines. Names are stable: see REPORT.md beside this project. Durations are in milliseconds where the name says so.</summary>
internal sealed record JsonReport
{
    public int SchemaVersion { get; init; } = 1;

    public required bool Ok { get; init; }

    public required bool Interrupted { get; init; }

    public required JsonSettings Settings { get; init; }

    public required double SetupSeconds { get; init; }

    public required double ElapsedSeconds { get; init; }

    public required long OperationsDone { get; init; }

    public required double OperationsPerSecond { get; init; }

    public required IReadOnlyDictionary<string, JsonOperation> Operations { get; init; }

    /// <summary>By the name of the arrangement, <c>split</c> or <c>mixed</c>.</summary>
    public required IReadOnlyDictionary<string, JsonArrangement> Arrangements { get; init; }

    /// <summary>The pool that reads and writes share, if there was one.</summary>
    public required JsonPool? Pool { get; init; }

    public required JsonPool? Writer { get; init; }

    public required JsonPool? Readers { get; init; }

    public required JsonComparison? Comparison { get; init; }

    public required IReadOnlyList<JsonError> Errors { get; init; }

    public required IReadOnlyList<JsonCheck> Checks { get; init; }
}
