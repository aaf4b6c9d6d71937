namespace Cenote.Diagnosing;

/// <summary>What came between two samples.</summary>
/// <param name="from">The earlier.</param>
/// <param name="to">The later.</param>
/// <param name="quietUse">The median use of a quiet pool; <see langword="null"/> when it was never seen quiet and at
/// work.</param>
/// <param name="stillMilliseconds">For how long every connection has been out and none was lent, while callers
/// wait.</param>
internal sealed class TrendWindow(TrendSample from, TrendSample to, TimeSpan? quietUse, long stillMilliseconds)
{
    internal TimeSpan Length { get; } = TimeSpan.FromMilliseconds(to.At - from.At);

    internal TimeSpan? QuietUse => quietUse;

    internal TimeSpan Still { get; } = TimeSpan.FromMilliseconds(stillMilliseconds);

    internal LatencyDistribution Use { get; } = to.Use.Since(from.Use);

    internal long Rents => to.Rents - from.Rents;

    internal long Opened => to.Opened - from.Opened;

    internal double RentsPerSecond => Rents / Length.TotalSeconds;

    internal long ClosedFor(CloseReason reason) => to.Closed.GetValueOrDefault(reason) - from.Closed.GetValueOrDefault(reason);
}
