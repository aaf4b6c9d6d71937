namespace Cenote.Diagnosing;

/// <summary>A sample of the counters of a pool.</summary>
internal sealed record TrendSample
{
    /// <summary>Gets the time of the sample, in milliseconds of the pool's clock.</summary>
    internal required long At { get; init; }

    internal required long Rents { get; init; }

    internal required long Opened { get; init; }

    internal required IReadOnlyDictionary<CloseReason, long> Closed { get; init; }

    internal required LatencyDistribution Use { get; init; }

    internal required int Leased { get; init; }

    internal required int Waiting { get; init; }

    internal required int Limit { get; init; }

    /// <summary>Gets the lanes in the order of the settings; none for a pool without lanes.</summary>
    internal IReadOnlyList<LaneSample> Lanes { get; init; } = [];
}
