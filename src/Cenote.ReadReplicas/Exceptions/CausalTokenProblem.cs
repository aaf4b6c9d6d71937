namespace Cenote;

/// <summary>The reasons why a <see cref="CausalToken"/> cannot be used.</summary>
public enum CausalTokenProblem
{
    /// <summary>The text is not a token.</summary>
    Malformed,

    /// <summary>The text is not signed with a key of the set.</summary>
    InvalidSignature,

    /// <summary>The token is of another database than the set's.</summary>
    WrongCluster,

    /// <summary>
    /// The token has a position that the primary has not reached, or that is not known to be part of its history:
    /// writes were lost in a failover, or the token is forged.
    /// </summary>
    AheadOfPrimary,

    /// <summary>The database has no positions, or this user may not read them.</summary>
    NotSupported,

    /// <summary>
    /// The position of the primary is unknown: neither its probe nor the connection got an answer, or a server that
    /// does not answer may have been promoted.
    /// </summary>
    Unverified,
}
