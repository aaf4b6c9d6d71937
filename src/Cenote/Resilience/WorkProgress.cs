namespace Cenote.Resilience;

/// <summary>How far a piece of work has come with its connection: what decides whether it may be run again. Written by the work's own calls.</summary>
internal sealed class WorkProgress
{
    private volatile bool _hasLeftTransactions;
    private volatile bool _hasBegunToCommit;
    private volatile object? _committer;
    private volatile Exception? _commitFailure;
    private volatile Exception? _lastFailure;

    /// <summary>Whether something may have been committed statement by statement, or was done behind the pool's back.</summary>
    internal bool HasLeftTransactions => _hasLeftTransactions;

    /// <summary>What a call on the connection threw last.</summary>
    internal Exception? LastFailure
    {
        get => _lastFailure;
        set
        {
            if (_committer is not null)
            {
                // What comes after it, a rollback's complaint say, is no answer to the commit.
                _commitFailure ??= value;
            }

            _lastFailure = value;
        }
    }

    internal bool HasBegunToCommit => _hasBegunToCommit;

    /// <summary>Whether a commit was sent that has not succeeded.</summary>
    internal bool IsCommitting => _committer is not null;

    /// <summary>What the commit that has not succeeded threw; <see langword="null"/> while it runs.</summary>
    internal Exception? CommitFailure => _commitFailure;

    internal void NoteExecution(object statement, bool isInTransaction, WorkEffect effect)
    {
        // A failure may have rolled the transaction back at the server, which then commits statement by statement; the driver need not notice.
        if (!isInTransaction || effect != WorkEffect.None || _lastFailure is not null)
        {
            _hasLeftTransactions = true;
        }

        if (effect == WorkEffect.Commits)
        {
            NoteCommit(statement);
        }
    }

    internal void NoteUnwrapped() => _hasLeftTransactions = true;

    /// <param name="committer">The transaction or the statement.</param>
    internal void NoteCommit(object committer)
    {
        _hasBegunToCommit = true;
        _commitFailure = null;
        _committer = committer;
    }

    /// <summary>A transaction's commit, or a statement, whatever it was, has succeeded.</summary>
    internal void NoteSuccess(object committer)
    {
        if (ReferenceEquals(_committer, committer))
        {
            _committer = null;
        }
    }
}
