namespace Cenote.Providers;

/// <summary>How far the data of a server has come, in the terms of its database: a log position, a set of transactions.</summary>
/// <remarks>Immutable. Positions of one database are ordered only as far as <see cref="Covers"/> says: sets of transactions may cover each other neither way.</remarks>
public abstract class ReplicationPosition
{
    /// <summary>Whether a server that has come this far has everything that the other position stands for.</summary>
    /// <param name="other">A position of the same kind.</param>
    /// <exception cref="ArgumentException">The positions are of two kinds of database.</exception>
    public abstract bool Covers(ReplicationPosition other);

    /// <summary>The least position that covers both.</summary>
    /// <param name="other">A position of the same kind.</param>
    /// <exception cref="ArgumentException">The positions are of two kinds of database.</exception>
    public abstract ReplicationPosition Combine(ReplicationPosition other);

    /// <summary>The text that <see cref="DatabaseProvider.ParsePosition"/> of the same provider reads back.</summary>
    public abstract override string ToString();
}
