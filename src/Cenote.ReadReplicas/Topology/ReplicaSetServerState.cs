namespace Cenote;

/// <summary>The state of a server of a set, which decides whether it is used.</summary>
public enum ReplicaSetServerState
{
    /// <summary>The first probe has not ended. The server is not used.</summary>
    Unknown,

    /// <summary>The server is used: the primary gets writes, a replica gets reads.</summary>
    Serving,

    /// <summary>
    /// A replica that is further behind than <see cref="ReplicaSetOptions.MaxLag"/>, or one that was away and has not
    /// followed a promotion. It gets no reads.
    /// </summary>
    Lagging,

    /// <summary>Its probes fail. A replica gets no reads, a primary no writes.</summary>
    Unreachable,

    /// <summary>
    /// It takes writes, but another server is the primary of the set. It gets neither reads nor writes: its data has
    /// gone a way of its own.
    /// </summary>
    ConflictingPrimary,

    /// <summary>
    /// It answers, but cannot be used: it holds other data than the set, or reports that it is neither primary nor
    /// replica now.
    /// </summary>
    Unsuitable,
}
