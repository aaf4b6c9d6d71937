namespace Cenote;

/// <summary>Why a <see cref="CausalToken"/> cannot be used.</summary>
public enum CausalTokenProblem
{
    /// <summary>The text is not a token.</summary>
    Malformed,

    /// <summary>The text is not signed with a key of the set.</summary>
    InvalidSignature,

    /// <summary>The token is one of another database than the set's.</summary>
    WrongCluster,

    /// <summary>
    /// The token stands for writes that the primary does not have: they were lost in a failover, or the token was made
    /// up.
    /// </summary>
    AheadOfPrimary,

    /// <summary>The database has no positions, or does not tell this user.</summary>
    NotSupported,

    /// <summary>
    /// The primary did not say whether it has what the token stands for: neither its probe nor the connection had an
    /// answer.
    /// </summary>
    Unverified,
}
