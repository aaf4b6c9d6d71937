namespace Cenote.Diagnosing;

/// <summary>What a pool had counted at one moment.</summary>
internal sealed record TrendSample
{
    /// <summary>In milliseconds of the pool's clock.</summary>
    internal required long At { get; init; }

    internal required long Rents { get; init; }

    internal required long Opened { get; init; }

    internal required IReadOnlyDictionary<CloseReason, long> Closed { get; init; }

    internal required LatencyDistribution Use { get; init; }

    internal required int Leased { get; init; }

    internal required int Waiting { get; init; }

    internal required int Limit { get; init; }
}
