using System.Data.Common;
using System.Net.Sockets;
using Cenote.Connections;

namespace Cenote.Execution;

/// <summary>The decision whether work is run again.</summary>
internal static class WorkRetry
{
    /// <summary>Returns a validated copy of the options.</summary>
    /// <exception cref="PoolOptionsException">Options are invalid; lists every problem.</exception>
    internal static RetryOptions Check(string poolName, RetryOptions options)
    {
        var copy = new RetryOptions
        {
            MaxRetries = options.MaxRetries,
            BaseDelay = options.BaseDelay,
            MaxDelay = options.MaxDelay,
            Timeout = options.Timeout,
            IsIdempotent = options.IsIdempotent,
            ResolveUnknownCommits = options.ResolveUnknownCommits,
        };
        var problems = new OptionProblems();
        problems.FindNumber(nameof(copy.MaxRetries), copy.MaxRetries, 1, 100);
        problems.FindDuration(nameof(copy.MaxDelay), copy.MaxDelay, TimeSpan.Zero, OptionProblems.LongestWait);
        problems.FindDuration(nameof(copy.BaseDelay), copy.BaseDelay, TimeSpan.Zero, OptionProblems.LongestWait);
        problems.FindDuration(nameof(copy.Timeout), copy.Timeout, OptionProblems.ShortestWait, OptionProblems.LongestWait);
        problems.FindLonger(nameof(copy.BaseDelay), copy.BaseDelay, nameof(copy.MaxDelay), copy.MaxDelay);
        PoolOptionsException.ThrowIfAny(poolName, problems);
        return copy;
    }

    /// <summary>Returns whether another try after a failure is useful and harmless.</summary>
    /// <param name="exception">The exception of the work.</param>
    /// <param name="kind">Its kind.</param>
    /// <param name="progress">The progress of the work.</param>
    /// <param name="hasLostSession">Whether the driver knows that the session is lost. Work that unwraps the connection
    /// throws exceptions that the pool has not seen.</param>
    /// <param name="isIdempotent">Whether the work may run twice.</param>
    internal static bool MayRunAgain(Exception exception, FailureKind kind, WorkProgress progress, bool hasLostSession, bool isIdempotent) =>
        kind is FailureKind.Transient or FailureKind.ConnectionLost
        && (ComesFromDriver(exception, progress) || (hasLostSession && kind == FailureKind.ConnectionLost && exception is not PoolException))
        && !progress.HasBegunToCommit
        && (isIdempotent || !progress.HasLeftTransactions);

    /// <summary>
    /// Finds the kind of failure that ended the work. Its exception may come from closing a reader or a transaction,
    /// and hide the original failure.
    /// </summary>
    internal static FailureKind FindKind(Exception exception, ConnectionPool pool, WorkProgress progress)
    {
        var kind = pool.Engine.Classifier.Classify(exception);
        for (var current = exception; current is not null && kind is not (FailureKind.Transient or FailureKind.ConnectionLost); current = current.InnerException)
        {
            kind = progress.FindKind(current) ?? kind;
        }

        return kind;
    }

    /// <summary>
    /// Returns whether a failed commit was answered: the database itself reports that it did not commit. Any other
    /// failure leaves that open: a lost connection, no response, a cancel, or an exception of the driver itself.
    /// </summary>
    internal static bool IsAnswer(Exception failure, ConnectionPool pool)
    {
        var isOfDatabase = false;
        for (var current = failure; current is not null; current = current.InnerException)
        {
            if (current is OperationCanceledException or TimeoutException or IOException or SocketException or PoolException)
            {
                return false;
            }

            // A driver's own exceptions have no SQLSTATE. In this process they come from the database only, and SQLite
            // has none.
            isOfDatabase |= current is DbException failed && pool.Provider.IsAnswer(failed);
        }

        // The user's classification may add doubt, but not remove the provider's.
        var provider = new FailureClassifier(pool.Provider);
        return isOfDatabase && Answers(pool.Engine.Classifier.Classify(failure)) && Answers(provider.Classify(failure)) && !provider.IsCancellation(failure);

        static bool Answers(FailureKind kind) => kind is FailureKind.Other or FailureKind.Transient or FailureKind.ReadOnlyServer;
    }

    /// <summary>
    /// Returns whether the exception comes from the driver. Exceptions of the pool do not count, because it has waited
    /// and tried already. Other code of the work, such as a lost HTTP connection, may throw similar ones. Drivers let
    /// exceptions of the socket through, so exceptions of calls on the connection count, too.
    /// </summary>
    internal static bool ComesFromDriver(Exception exception, WorkProgress progress)
    {
        if (exception is OperationCanceledException)
        {
            return false;
        }

        for (var current = exception; current is not null; current = current.InnerException)
        {
            if (current is DbException || progress.FindKind(current) is not null)
            {
                return current is (not PoolException) or ConnectionLostException;
            }
        }

        return false;
    }
}
