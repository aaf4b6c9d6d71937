using System.Runtime.CompilerServices;
using Cenote.Execution;
using Cenote.Providers;

namespace Cenote;

// Work that the pool runs on a connection and retries on request.
public sealed partial class ConnectionPool
{
    private bool _resolvesCommits;

    /// <summary>
    /// Runs work on a connection of the pool and then returns the connection. With retry options, tries the work again
    /// after a transient failure.
    /// </summary>
    /// <param name="work">
    /// The work. It gets an open connection, and a token that is cancelled by the caller's token or by the deadline.
    /// Each try gets a connection of its own and must start from the beginning. Changes outside the database
    /// (variables, files, messages sent) are not undone.
    /// </param>
    /// <param name="retry">The number of tries and their timeout; <see langword="null"/> for one try only.</param>
    /// <param name="cancellationToken">A token to cancel the work and the delays between tries.</param>
    /// <param name="callerFilePath">Supplied by the compiler: the caller's file, for lease reports.</param>
    /// <param name="callerLineNumber">Supplied by the compiler: the caller's line.</param>
    /// <param name="callerMemberName">Supplied by the compiler: the caller's member.</param>
    /// <remarks>
    /// <para>
    /// Retried: deadlocks, serialization failures, busy databases (<see cref="Cenote.FailureKind.Transient"/>) and lost
    /// connections (<see cref="Cenote.FailureKind.ConnectionLost"/>), as the pool classifies the driver's exceptions.
    /// Never retried: exceptions of the pool itself (it has waited and tried already), statement timeouts, cancellation
    /// and any other failure. Work that has begun to commit, by <c>Commit</c> or by the text of a statement, is not
    /// retried either. The pool sees only the text of statements: docs/retrying-work.md lists the words that count.
    /// </para>
    /// <para>Thread-safe.</para>
    /// </remarks>
    /// <exception cref="CommitOutcomeUnknownException">The work sent a commit and got no answer (connection lost, no
    /// response, deadline, token). Whether it was committed is unknown, also after
    /// <see cref="RetryOptions.ResolveUnknownCommits"/>.</exception>
    /// <exception cref="WorkTimeoutException">The deadline passed, and not during a commit.</exception>
    /// <exception cref="PoolOptionsException">The retry options are invalid; lists every problem.</exception>
    /// <exception cref="PoolTimeoutException">No connection became available within the timeout.</exception>
    /// <exception cref="ConnectionOpenException">No connection could be opened, and none was in use that the caller
    /// could wait for.</exception>
    /// <exception cref="PoolClosedException">The pool is closed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled, and not during a commit.</exception>
    public Task ExecuteAsync(
        Func<PooledConnection, CancellationToken, Task> work,
        RetryOptions? retry = null,
        CancellationToken cancellationToken = default,
        [CallerFilePath] string callerFilePath = "",
        [CallerLineNumber] int callerLineNumber = 0,
        [CallerMemberName] string callerMemberName = "")
    {
        ArgumentNullException.ThrowIfNull(work);
        return ExecuteAsync(RunAsync, retry, cancellationToken, callerFilePath, callerLineNumber, callerMemberName);

        async Task<bool> RunAsync(PooledConnection connection, CancellationToken token)
        {
            await work(connection, token).ConfigureAwait(false);
            return true;
        }
    }

    /// <typeparam name="TResult">The type of the result.</typeparam>
    /// <inheritdoc cref="ExecuteAsync(Func{PooledConnection, CancellationToken, Task}, RetryOptions?, CancellationToken, string, int, string)"/>
    /// <returns>The result of the try that succeeded.</returns>
    public Task<TResult> ExecuteAsync<TResult>(
        Func<PooledConnection, CancellationToken, Task<TResult>> work,
        RetryOptions? retry = null,
        CancellationToken cancellationToken = default,
        [CallerFilePath] string callerFilePath = "",
        [CallerLineNumber] int callerLineNumber = 0,
        [CallerMemberName] string callerMemberName = "")
    {
        ArgumentNullException.ThrowIfNull(work);
        var run = new WorkRun<TResult>(this, work, new CallSite(callerFilePath, callerLineNumber, callerMemberName));
        return retry is null ? run.OnceAsync(cancellationToken) : run.RetryingAsync(WorkRetry.Check(Name, retry), cancellationToken);
    }

    /// <summary>
    /// Returns the statement that creates <see cref="ConnectionPoolOptions.CommitTable"/>, for a migration. The pool
    /// itself never creates the table.
    /// </summary>
    /// <exception cref="InvalidOperationException">No table is configured.</exception>
    /// <exception cref="NotSupportedException">The pool cannot find out the outcome of commits of this
    /// database.</exception>
    public string GetCommitTableScript() =>
        Provider is not ICommitOutcomeReader reader
            ? throw new NotSupportedException($"{Provider.GetType().Name} cannot find out what became of a commit, so it needs no table.")
            : reader.GetCommitTableScript(_engine.Settings.CommitTable ?? throw new InvalidOperationException($"Pool '{Name}' has no commit table. Set ConnectionPoolOptions.CommitTable."));

    /// <summary>Gets or sets whether the server was asked once whether it can be asked about commits.</summary>
    internal bool ResolvesCommits
    {
        get => Volatile.Read(ref _resolvesCommits);
        set => Volatile.Write(ref _resolvesCommits, value);
    }
}
