namespace Cenote.Resilience;

/// <summary>How far a piece of work has come with its connection: what decides whether it may be run again. Written by the work's own calls.</summary>
internal sealed class WorkProgress
{
    private volatile bool _hasLeftTransactions;
    private volatile bool _hasBegunToCommit;
    private volatile bool _isCommitting;

    /// <summary>Whether something may have been committed statement by statement, or was done behind the pool's back.</summary>
    internal bool HasLeftTransactions => _hasLeftTransactions;

    /// <summary>What a call on the connection threw last.</summary>
    internal Exception? LastFailure { get; set; }

    internal bool HasBegunToCommit => _hasBegunToCommit;

    /// <summary>Whether a commit was sent and not answered.</summary>
    internal bool IsCommitting => _isCommitting;

    internal void NoteExecution(bool isInTransaction, bool mayCommit)
    {
        if (!isInTransaction)
        {
            _hasLeftTransactions = true;
        }

        if (mayCommit)
        {
            _hasBegunToCommit = true;
        }
    }

    internal void NoteUnwrapped() => _hasLeftTransactions = true;

    internal void NoteCommit()
    {
        _hasBegunToCommit = true;
        _isCommitting = true;
    }

    internal void NoteCommitted() => _isCommitting = false;
}
