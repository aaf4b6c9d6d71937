namespace Cenote.Execution;

/// <summary>What a statement may do to the transaction that it is executed in, as far as its text tells.</summary>
internal enum WorkEffect
{
    /// <summary>Nothing that the text shows.</summary>
    None,

    /// <summary>It may end the transaction, or commit by itself.</summary>
    LeavesTransaction,

    /// <summary>It may be a commit.</summary>
    Commits,
}
