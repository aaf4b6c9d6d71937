namespace Cenote.Execution;

/// <summary>The possible effect of a statement on its transaction, as far as its text shows.</summary>
internal enum WorkEffect
{
    /// <summary>Nothing that the text shows.</summary>
    None,

    /// <summary>It may end the transaction, or commit by itself.</summary>
    LeavesTransaction,

    /// <summary>It may be a commit.</summary>
    Commits,
}
