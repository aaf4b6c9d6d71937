namespace Cenote;

/// <summary>
/// How long things took in a pool since its construction, see <see cref="ConnectionPool.GetLatencies"/>.
/// </summary>
public sealed record PoolLatencies
{
    /// <summary>How long callers queued; callers served at once count as zero.</summary>
    public required LatencyDistribution Wait { get; init; }

    /// <summary>
    /// How long connections were held. Measured on every lease of a quiet pool, on a sample of one in 16 or 256 of a
    /// busy one.
    /// </summary>
    public required LatencyDistribution Use { get; init; }

    /// <summary>How long successful opens took, tries that failed not included.</summary>
    public required LatencyDistribution Connect { get; init; }
}
