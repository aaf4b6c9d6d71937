namespace Cenote.Providers;

/// <summary>What became of a transaction whose commit was sent and not answered.</summary>
public enum CommitOutcome
{
    /// <summary>It cannot be found out.</summary>
    Unknown,

    /// <summary>It is not decided yet: ask again.</summary>
    InProgress,

    /// <summary>It was committed.</summary>
    Committed,

    /// <summary>It was rolled back, and cannot be committed any more.</summary>
    RolledBack,
}
