namespace Cenote;

/// <summary>The numbers of a lane at one moment, see <see cref="ConnectionPoolOptions.Lanes"/>.</summary>
public sealed class LaneStatistics
{
    internal LaneStatistics()
    {
    }

    /// <summary>Gets the name of the lane.</summary>
    public string Name { get; internal init; } = "";

    /// <summary>Gets the weight of the lane.</summary>
    public int Weight { get; internal init; }

    /// <summary>Gets the number of connections that other lanes leave to this one.</summary>
    public int Reserve { get; internal init; }

    /// <summary>
    /// Gets the maximum number of connections of the lane; <see langword="null"/> for the pool's.
    /// </summary>
    public int? MaxSize { get; internal init; }

    /// <summary>
    /// Gets the number of connections that count for the lane: leased by its callers, or not yet free since.
    /// </summary>
    public int InUse { get; internal init; }

    /// <summary>
    /// Gets whether the lane may have no further connection now, because of its maximum, or because the rest is in use
    /// or reserved for other lanes.
    /// </summary>
    public bool IsFull { get; internal init; }

    /// <summary>Gets the number of its callers that wait.</summary>
    public int Waiting { get; internal init; }

    /// <summary>
    /// Gets the time that the first of its callers in the queue has waited so far, or <see cref="TimeSpan.Zero"/>.
    /// </summary>
    public TimeSpan LongestWait { get; internal init; }

    /// <summary>Gets the number of its rents since construction.</summary>
    public long Rents { get; internal init; }

    /// <summary>Gets the number of its rents that queued.</summary>
    public long Waits { get; internal init; }

    /// <summary>Gets the number of its callers that reached the acquire timeout.</summary>
    public long Timeouts { get; internal init; }

    /// <summary>Gets the number of its callers that cancelled in the queue.</summary>
    public long Cancellations { get; internal init; }

    /// <summary>
    /// Gets the number of its callers that were rejected because too many waited, or waited too long.
    /// </summary>
    public long OverloadRejections { get; internal init; }

    /// <summary>Gets the times that its callers waited. Immediate rents count as zero.</summary>
    public LatencySummary WaitTime { get; internal set; }

    /// <summary>Returns the name and the numbers as text.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"{Name}: {InUse}{(MaxSize is { } max ? $" of {max}" : "")} in use, {Waiting} waiting; {Rents} rents, {Timeouts} timeouts, {OverloadRejections} rejected");
}
