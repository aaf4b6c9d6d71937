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

    /// <summary>Returns the least position that covers both.</summary>
    /// <param name="other">A position of the same kind.</param>
    /// <exception cref="ArgumentException">The positions belong to different kinds of database.</exception>
    public abstract ReplicationPosition Combine(ReplicationPosition other);

    /// <summary>
    /// Returns the text that <see cref="IReplicationPositionReader.ParsePosition"/> of the same provider reads.
    /// </summary>
    public abstract override string ToString();
}
