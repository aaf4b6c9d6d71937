using System.Data;
using System.Data.Common;

namespace Cenote.AdoNet;

// Commands of the pool that run again after a lost connection.
internal abstract partial class Statement
{
    private const int MaxRetries = 3;

    private static readonly TimeSpan BaseDelay = TimeSpan.FromMilliseconds(50);

    private bool _isReadOnly;

    /// <summary>
    /// Gets or sets whether the owner declares that the statement only reads, so that it may run twice.
    /// </summary>
    internal bool IsReadOnly
    {
        get => _isReadOnly;
        set => _isReadOnly = !value || _opensConnection
            ? value
            : throw new InvalidOperationException("IsReadOnly is for commands created by the pool itself, which rent a connection for each execution. A command of an open connection does not run again, because its connection belongs to its holder.");
    }

    /// <summary>Runs a statement that only reads, and runs it again when its connection is lost.</summary>
    internal T RunAgain<TState, T>(TState state, Func<Statement, TState, T> run)
    {
        var end = EndOfRetries();
        for (var retry = 1; ; retry++)
        {
            try
            {
                return run(this, state);
            }
            catch (Exception exception) when (MayRunAgain(exception, retry, end))
            {
                RecordRetry(Pool, retry, exception);
            }

            Task.Delay(DelayBefore(retry), Pool.Engine.Settings.Clock.TimeProvider).GetAwaiter().GetResult();
        }
    }

    /// <inheritdoc cref="RunAgain"/>
    internal async Task<T> RunAgainAsync<TState, T>(TState state, Func<Statement, TState, CancellationToken, Task<T>> run, CancellationToken cancellationToken)
    {
        var end = EndOfRetries();
        for (var retry = 1; ; retry++)
        {
            try
            {
                return await run(this, state, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested && MayRunAgain(exception, retry, end))
            {
                RecordRetry(Pool, retry, exception);
            }

            await Task.Delay(DelayBefore(retry), Pool.Engine.Settings.Clock.TimeProvider, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Opens the connection for an execution. A connection whose server has already ended the session is returned, and
    /// another one is rented: nothing was sent on it.
    /// </summary>
    private static void OpenAlive(PooledConnection connection)
    {
        connection.Open();
        for (var retry = 1; IsDead(connection, retry); retry++)
        {
            connection.Close();
            connection.Open();
        }
    }

    /// <inheritdoc cref="OpenAlive"/>
    private static async ValueTask OpenAliveAsync(PooledConnection connection, CancellationToken cancellationToken)
    {
        await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
        for (var retry = 1; IsDead(connection, retry); retry++)
        {
            await connection.CloseAsync().ConfigureAwait(false);
            await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private static bool IsDead(PooledConnection connection, int retry)
    {
        if (retry > MaxRetries || !connection.TryGetLease(out var lease) || lease.TryGetPhysical() is not { HasPeerClosed: true }
            || System.Transactions.Transaction.Current is not null)
        {
            return false;
        }

        // Like a failure of a statement: the other idle connections are validated before they are rented.
        var failure = new IOException("The server had closed the connection before a statement was sent on it.");
        connection.Pool.Engine.FailureReports.ReportLost(in lease, failure);
        RecordRetry(connection.Pool, retry, failure);
        return true;
    }

    private static void RecordRetry(ConnectionPool pool, int retry, Exception failure)
    {
        pool.Engine.Desk.Meters.StatementRetries.Increment();
        pool.Engine.Journal.StatementRetried(retry, failure);
    }

    private TimeSpan EndOfRetries()
    {
        var settings = Pool.Engine.Settings;
        return settings.Clock.Elapsed + (Timeout > 0 ? TimeSpan.FromSeconds(Timeout) : settings.AcquireTimeout);
    }

    private bool MayRunAgain(Exception exception, int retry, TimeSpan end) =>
        retry <= MaxRetries

        // The session of an ambient transaction is not replaced: its earlier work is lost with it.
        && System.Transactions.Transaction.Current is null
        && (exception is DbException and not PoolException or ConnectionLostException)
        && Pool.Engine.Classifier.Classify(exception) == FailureKind.ConnectionLost
        && Pool.Engine.Settings.Clock.Elapsed + DelayBefore(retry) < end;

    // 50, 100, 200 ms.
    private static TimeSpan DelayBefore(int retry) => BaseDelay * (1 << (retry - 1));
}
