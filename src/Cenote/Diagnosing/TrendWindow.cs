namespace Cenote.Diagnosing;

/// <summary>The change between two samples.</summary>
/// <param name="from">The earlier sample.</param>
/// <param name="to">The later sample.</param>
/// <param name="quietUse">The median lease time of the quiet pool, or <see langword="null"/> when no quiet period with
/// leases was seen.</param>
/// <param name="stillMilliseconds">The time since every connection is leased and none was rented, while callers
/// wait.</param>
internal sealed class TrendWindow(TrendSample from, TrendSample to, TimeSpan? quietUse, long stillMilliseconds)
{
    internal TimeSpan Length { get; } = TimeSpan.FromMilliseconds(to.At - from.At);

    internal TimeSpan? QuietUse => quietUse;

    internal TimeSpan Still { get; } = TimeSpan.FromMilliseconds(stillMilliseconds);

    /// <summary>
    /// Gets the lanes for which the same holds, by their index, the longest first: they may have no further connection.
    /// </summary>
    internal IReadOnlyList<(int Lane, TimeSpan Time)> StillLanes { get; init; } = [];

    internal LatencyDistribution Use { get; } = to.Use.Since(from.Use);

    internal long Rents => to.Rents - from.Rents;

    internal long Opened => to.Opened - from.Opened;

    internal double RentsPerSecond => Rents / Length.TotalSeconds;

    internal long ClosedFor(CloseReason reason) => to.Closed.GetValueOrDefault(reason) - from.Closed.GetValueOrDefault(reason);
}
