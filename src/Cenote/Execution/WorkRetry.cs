using System.Data.Common;
using System.Net.Sockets;
using Cenote.Connections;

namespace Cenote.Execution;

/// <summary>Decides whether work is run again.</summary>
internal static class WorkRetry
{
    /// <summary>A checked copy of the options.</summary>
    /// <exception cref="PoolOptionsException">With every problem there is.</exception>
    internal static RetryOptions Check(string poolName, RetryOptions options)
    {
        var copy = new RetryOptions
        {
            MaxRetries = options.MaxRetries,
            BaseDelay = options.BaseDelay,
            MaxDelay = options.MaxDelay,
            Timeout = options.Timeout,
            IsIdempotent = options.IsIdempotent,
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

    /// <summary>Whether a failed try is worth another, and whether that can do no harm.</summary>
    /// <param name="exception">What the work threw.</param>
    /// <param name="kind">What that means.</param>
    /// <param name="progress">How far the work had come.</param>
    /// <param name="hasLostSession">Whether the driver knows the session to be gone: work that unwraps the connection
    /// throws what the pool has not seen.</param>
    /// <param name="isIdempotent">Whether the work may run twice.</param>
    internal static bool MayRunAgain(Exception exception, FailureKind kind, WorkProgress progress, bool hasLostSession, bool isIdempotent) =>
        kind is FailureKind.Transient or FailureKind.ConnectionLost
        && (ComesFromDriver(exception, progress) || (hasLostSession && kind == FailureKind.ConnectionLost && exception is not PoolException))
        && !progress.HasBegunToCommit
        && (isIdempotent || !progress.HasLeftTransactions);

    /// <summary>
    /// Finds out why the work failed. What it threw may come from letting go of a reader or a transaction, and hide the
    /// failure that ended it.
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
    /// Whether a failed commit was answered: the database itself says that it did not commit. Everything else leaves
    /// that open: a lost connection, silence, a cancel that came in time or too late, whatever the driver itself
    /// complains of.
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

            // What drivers throw on their own has no SQLSTATE; in this process nobody but the database speaks, and
            // SQLite has none.
            isOfDatabase |= current is DbException { SqlState.Length: 5 } || (current is DbException && pool.Provider.IsInProcess);
        }

        // The user's verdict may add doubt, but not take the provider's away.
        var provider = new FailureClassifier(pool.Provider);
        return isOfDatabase && Answers(pool.Engine.Classifier.Classify(failure)) && Answers(provider.Classify(failure)) && !provider.IsCancellation(failure);

        static bool Answers(FailureKind kind) => kind is FailureKind.Other or FailureKind.Transient or FailureKind.ReadOnlyServer;
    }

    /// <summary>
    /// Not from the pool, which has waited and tried already, and not from whatever else the work does: a lost HTTP
    /// connection looks alike. Drivers let exceptions of the socket through, so those that a call on the connection
    /// threw count, too.
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
