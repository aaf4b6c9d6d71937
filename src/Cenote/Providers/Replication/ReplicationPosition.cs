namespace Cenote.Providers;

/// <summary>
/// A position in the data of a replicated server, in the terms of its database: a log position, or a set of
/// transactions.
/// </summary>
/// <remarks>Immutable. <see cref="Covers"/> is a partial order: of two sets of transactions, neither may cover the
/// other.</remarks>
public abstract class ReplicationPosition
{
    /// <summary>Returns whether this position contains everything up to another position.</summary>
    /// <param name="other">A position of the same kind.</param>
    /// <exception cref="ArgumentException">The positions belong to different kinds of database.</exception>
    public abstract bool Covers(ReplicationPosition other);

    /// <summary>
    /// Returns whether another position is of a history from which the server at this one has parted, so that it covers
    /// it never: a failover has lost the writes, or nothing shows that it has not.
    /// </summary>
    /// <param name="other">A position of the same kind.</param>
    /// <returns><see langword="false"/> unless this position was read from a server that knows its history, and on a
    /// database without such knowledge.</returns>
    /// <exception cref="ArgumentException">The positions belong to different kinds of database.</exception>
    public virtual bool Excludes(ReplicationPosition other) => false;

    /// <summary>
    /// Gets the latest timeline that the position belongs to, as <see cref="ServerStatus.Timeline"/> counts them;
    /// <see langword="null"/> when not known.
    /// </summary>
    public virtual long? Timeline => null;

    /// <summary>
    /// Gets the earliest timeline that the position belongs to: earlier than <see cref="Timeline"/> where positions of
    /// several were combined; <see langword="null"/> when not known.
    /// </summary>
    public virtual long? EarliestTimeline => Timeline;

    /// <summary>Returns the least position that covers both.</summary>
    /// <param name="other">A position of the same kind.</param>
    /// <exception cref="ArgumentException">The positions belong to different kinds of database.</exception>
    public abstract ReplicationPosition Combine(ReplicationPosition other);

    /// <summary>
    /// Returns the text that <see cref="IReplicationPositionReader.ParsePosition"/> of the same provider reads.
    /// </summary>
    public abstract override string ToString();
}
