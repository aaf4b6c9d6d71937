namespace Cenote.Cli.Reporting;

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
