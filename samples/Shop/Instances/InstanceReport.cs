namespace Cenote.Shop.Instances;

/// <summary>A line of an instance about itself.</summary>
internal sealed record InstanceReport
{
    public required string Instance { get; init; }

    public required string State { get; init; }

    public required int Granted { get; init; }

    public required int Connections { get; init; }

    public required int Demand { get; init; }

    /// <summary>The statements so far.</summary>
    public required long Served { get; init; }

    /// <summary>The statements and rents that failed so far.</summary>
    public required long Failed { get; init; }
}
