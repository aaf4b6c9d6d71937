using System.Runtime.CompilerServices;

namespace Cenote.Execution;

/// <summary>
/// The progress of a piece of work with its connection, which decides whether it may be run again. Written by the
/// work's own calls.
/// </summary>
internal sealed class WorkProgress
{
    private volatile bool _hasLeftTransactions;
    private volatile bool _hasBegunToCommit;
    private volatile bool _hasCommitted;
    private volatile object? _committer;
    private volatile Exception? _commitFailure;
    private readonly ConditionalWeakTable<Exception, object> _thrown = [];
    private volatile object? _cause;
    private volatile bool _hasFailed;

    /// <summary>
    /// Gets whether a statement may have been committed by itself, or was executed without the pool's knowledge.
    /// </summary>
    internal bool HasLeftTransactions => _hasLeftTransactions;

    internal bool HasBegunToCommit => _hasBegunToCommit;

    /// <summary>Gets what finds out the outcome of a commit without an answer, if the work uses it.</summary>
    internal CommitResolver? Resolver { get; init; }

    /// <summary>Gets whether a commit was sent that has not succeeded.</summary>
    internal bool IsCommitting => _committer is not null;

    /// <summary>Gets the failure of that commit; <see langword="null"/> while it runs.</summary>
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

    /// <summary>Records the exception of a call on the connection.</summary>
    /// <param name="exception">The failure.</param>
    /// <param name="kind">Its kind.</param>
    /// <param name="isEnding">Whether the call only ended something: rolled back, closed or disposed of it.</param>
    internal void RecordFailure(Exception exception, FailureKind kind, bool isEnding)
    {
        _hasFailed = true;
        if (_committer is not null)
        {
            // A later failure, for example of a rollback, is not an answer to the commit.
            _commitFailure ??= exception;
        }

        // After a lost session every later call fails, and endings fail in their own ways, for example SqlClient's
        // rollback after a deadlock.
        var isConsequence = _cause is FailureKind.ConnectionLost || (_cause is not null && isEnding);
        if (kind is FailureKind.ConnectionLost or FailureKind.Transient && _cause is not FailureKind.ConnectionLost)
        {
            _cause = kind;
        }

        _thrown.AddOrUpdate(exception, isConsequence && kind is not (FailureKind.ConnectionLost or FailureKind.Transient) ? _cause! : kind);
    }

    /// <summary>
    /// Returns the kind of failure behind an exception of this connection: that of the failure that it hides, if it
    /// hides one.
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

    /// <summary>Records that a commit, or any statement, has succeeded.</summary>
    internal void RecordSuccess(object committer)
    {
        if (ReferenceEquals(_committer, committer))
        {
            _hasCommitted = true;
            _committer = null;
        }
    }

    /// <summary>
    /// Records that the commit in progress had no effect. The work may run again like after a lost connection, unless
    /// an earlier commit of it has succeeded.
    /// </summary>
    /// <param name="failure">The exception of the commit.</param>
    internal void RecordRolledBack(Exception failure)
    {
        _committer = null;
        _hasBegunToCommit = _hasCommitted;
        _thrown.AddOrUpdate(failure, FailureKind.ConnectionLost);
    }

    /// <summary>Returns whether a commit was sent and the database has not answered it.</summary>
    internal bool IsCommitUnanswered(ConnectionPool pool) =>
        IsCommitting && !(CommitFailure is { } failure && WorkRetry.IsAnswer(failure, pool));
}
