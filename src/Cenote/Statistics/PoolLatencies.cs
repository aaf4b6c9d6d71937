namespace Cenote;

/// <summary>
/// The durations measured in a pool since its construction, see <see cref="ConnectionPool.GetLatencies"/>.
/// </summary>
public sealed class PoolLatencies
{
    internal PoolLatencies()
    {
    }

    /// <summary>Gets the times that callers waited. Immediate rents count as zero.</summary>
    public LatencyDistribution Wait { get; internal init; } = LatencyDistribution.Empty;

    /// <summary>
    /// Gets the times that connections were held. A quiet pool measures every lease, a busy one every 16th or 256th.
    /// </summary>
    public LatencyDistribution Use { get; internal init; } = LatencyDistribution.Empty;

    /// <summary>Gets the durations of successful connection attempts.</summary>
    public LatencyDistribution Connect { get; internal init; } = LatencyDistribution.Empty;
}
