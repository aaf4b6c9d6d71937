namespace Cenote.Cli.Reporting;

internal sealed record JsonArrangement
{
    public required double ElapsedSeconds { get; init; }

    public required long OperationsDone { get; init; }

    public required double OperationsPerSecond { get; init; }

    public required IReadOnlyDictionary<string, JsonOperation> Operations { get; init; }
}
