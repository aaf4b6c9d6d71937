using System.Runtime.CompilerServices;

namespace Cenote.Execution;

/// <summary>
/// How far a piece of work has come with its connection: what decides whether it may be run again. Written by the
/// work's own calls.
/// </summary>
internal sealed class WorkProgress
{
    private volatile bool _hasLeftTransactions;
    private volatile bool _hasBegunToCommit;
    private volatile object? _committer;
    private volatile Exception? _commitFailure;
    private readonly ConditionalWeakTable<Exception, object> _thrown = [];
    private volatile object? _cause;
    private volatile bool _hasFailed;

    /// <summary>
    /// Whether something may have been committed statement by statement, or was done behind the pool's back.
    /// </summary>
    internal bool HasLeftTransactions => _hasLeftTransactions;

    internal bool HasBegunToCommit => _hasBegunToCommit;

    /// <summary>Whether a commit was sent that has not succeeded.</summary>
    internal bool IsCommitting => _committer is not null;

    /// <summary>What the commit that has not succeeded threw; <see langword="null"/> while it runs.</summary>
    internal Exception? CommitFailure => _commitFailure;

    internal void RecordExecution(object statement, bool isInTransaction, WorkEffect effect)
    {
        // A failure may have rolled the transaction back at the server, which then commits statement by statement; the
        // driver need not notice.
        if (!isInTransaction || effect != WorkEffect.None || _hasFailed)
        {
            _hasLeftTransactions = true;
        }

        if (effect == WorkEffect.Commits)
        {
            RecordCommit(statement);
        }
    }

    internal void RecordUnwrapped() => _hasLeftTransactions = true;

    /// <summary>Records what a call on the connection threw.</summary>
    /// <param name="exception">The failure.</param>
    /// <param name="kind">Its kind.</param>
    /// <param name="isEnding">Whether the call only let go of something: rolled back, closed or disposed of it.</param>
    internal void RecordFailure(Exception exception, FailureKind kind, bool isEnding)
    {
        _hasFailed = true;
        if (_committer is not null)
        {
            // What comes after it, a rollback's complaint for example, is not an answer to the commit.
            _commitFailure ??= exception;
        }

        // A session that is lost makes every later call fail, and letting go fails in ways of its own: SqlClient's
        // rollback after a deadlock, for example.
        var isConsequence = _cause is FailureKind.ConnectionLost || (_cause is not null && isEnding);
        if (kind is FailureKind.ConnectionLost or FailureKind.Transient && _cause is not FailureKind.ConnectionLost)
        {
            _cause = kind;
        }

        _thrown.AddOrUpdate(exception, isConsequence && kind is not (FailureKind.ConnectionLost or FailureKind.Transient) ? _cause! : kind);
    }

    /// <summary>
    /// Finds the kind of failure that an exception of this connection stands for: that of the failure which it hides,
    /// if it hides one.
    /// </summary>
    /// <returns><see langword="null"/> for an exception that no call on the connection threw.</returns>
    internal FailureKind? FindKind(Exception exception) =>
        _thrown.TryGetValue(exception, out var kind) ? (FailureKind)kind : null;

    /// <param name="committer">The transaction or the statement.</param>
    internal void RecordCommit(object committer)
    {
        _hasBegunToCommit = true;
        _commitFailure = null;
        _committer = committer;
    }

    /// <summary>A transaction's commit, or a statement, whatever it was, has succeeded.</summary>
    internal void RecordSuccess(object committer)
    {
        if (ReferenceEquals(_committer, committer))
        {
            _committer = null;
        }
    }
}
