namespace Cenote;

/// <summary>
/// The durations measured in a pool since its construction, see <see cref="ConnectionPool.GetLatencies"/>.
/// </summary>
public sealed record PoolLatencies
{
    /// <summary>Gets the times that callers waited. Immediate rents count as zero.</summary>
    public required LatencyDistribution Wait { get; init; }

    /// <summary>
    /// Gets the times that connections were held. A quiet pool measures every lease, a busy one every 16th or 256th.
    /// </summary>
    public required LatencyDistribution Use { get; init; }

    /// <summary>Gets the durations of successful connection attempts.</summary>
    public required LatencyDistribution Connect { get; init; }
}
