namespace Cenote.Shop.Reporting;

/// <summary>
/// The report for machines. Names are stable: see REPORT.md beside this project. Durations are in milliseconds where
/// the name says so.
/// </summary>
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

internal sealed record JsonSettings
{
    public required string Provider { get; init; }

    public required string Database { get; init; }

    public required double Seconds { get; init; }

    public required int Clients { get; init; }

    public required int MinSize { get; init; }

    public required int MaxSize { get; init; }

    /// <summary>mixed, split or compare.</summary>
    public required string Pools { get; init; }

    /// <summary>The most connections that only read.</summary>
    public required int Readers { get; init; }

    public required int Seed { get; init; }

    public required int Products { get; init; }

    public required int Customers { get; init; }

    public required int Orders { get; init; }

    public required long Rows { get; init; }
}

internal sealed record JsonArrangement
{
    public required double ElapsedSeconds { get; init; }

    public required long OperationsDone { get; init; }

    public required double OperationsPerSecond { get; init; }

    public required IReadOnlyDictionary<string, JsonOperation> Operations { get; init; }
}

internal sealed record JsonOperation
{
    public required long Done { get; init; }

    public required long OutOfStock { get; init; }

    public required long Failed { get; init; }

    public required long Unknown { get; init; }

    public required long Cancelled { get; init; }

    public required double PerSecond { get; init; }

    public required JsonLatency LatencyMs { get; init; }
}

internal sealed record JsonError(string Message, long Count);

internal sealed record JsonCheck(string Name, bool Holds, string Statement, string Detail, long ProblemCount, IReadOnlyList<string> Problems);
