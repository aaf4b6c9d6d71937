using Cenote.ReadReplicas.CausalReads;

namespace Cenote;

/// <summary>
/// A position of the database: a read with the token sees everything written before. Immutable, thread-safe. Carry it
/// as text (<see cref="ToString"/>, <see cref="ReplicaSet.ParseToken"/>) from one process to another: in a header, a
/// cookie, a message.
/// </summary>
public sealed class CausalToken
{
    private readonly TokenText _text;

    internal CausalToken(ReplicationPosition position, string databaseSystem, string? dataId, TokenText text)
    {
        Position = position;
        DatabaseSystem = databaseSystem;
        ClusterId = dataId;
        _text = text;
    }

    /// <summary>Gets the position that a server must have reached.</summary>
    public ReplicationPosition Position { get; }

    internal string DatabaseSystem { get; }

    internal string? ClusterId { get; }

    /// <summary>Returns a token for the positions of both.</summary>
    /// <param name="other">A token of the same database.</param>
    /// <exception cref="ArgumentException">The token is of another database.</exception>
    public CausalToken Combine(CausalToken other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (!IsOfCluster(other))
        {
            throw new ArgumentException("The tokens are of different databases: keep one for each.", nameof(other));
        }

        return new CausalToken(Position.Combine(other.Position), DatabaseSystem, ClusterId ?? other.ClusterId, _text);
    }

    /// <summary>Gets whether the tokens may be of one database.</summary>
    internal bool IsOfCluster(CausalToken other) =>
        other.DatabaseSystem == DatabaseSystem && (other.ClusterId is null || ClusterId is null || other.ClusterId == ClusterId);

    /// <summary>
    /// Returns the text to carry: letters, digits, '-', '_' and '.'; signed where the set has
    /// <see cref="ReplicaSetOptions.TokenSigningKeys"/>. It contains the database and its position, and nothing else.
    /// </summary>
    public override string ToString() => _text.Write(this);
}
