namespace Cenote.Cli.Reporting;

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
