using System.Runtime.CompilerServices;
using Cenote.Execution;

namespace Cenote;

// Work that the pool runs on a connection, again if need be.
public sealed partial class ConnectionPool
{
    /// <summary>
    /// Runs work on a connection of the pool, which is returned afterwards, and, if asked to, tries it again when it
    /// fails for a passing reason.
    /// </summary>
    /// <param name="work">
    /// What to do, with a connection that is open and a token that is signalled when the caller gives up or the
    /// deadline has passed. Each try gets a connection of its own and must start from the beginning: whatever it
    /// changed besides the database (variables, files, messages sent) stays changed.
    /// </param>
    /// <param name="retry">How often, and how long; <see langword="null"/> for one try only.</param>
    /// <param name="cancellationToken">Ends the work and the delays between tries.</param>
    /// <param name="callerFilePath">Filled in by the compiler: names the holder in reports.</param>
    /// <param name="callerLineNumber">Filled in by the compiler.</param>
    /// <param name="callerMemberName">Filled in by the compiler.</param>
    /// <remarks>
    /// <para>
    /// Tried again: deadlocks, serialization failures, busy databases (<see cref="Cenote.FailureKind.Transient"/>) and
    /// lost connections (<see cref="Cenote.FailureKind.ConnectionLost"/>), as the pool classifies what the driver
    /// threw. Never tried again: what the pool itself throws (it has waited and tried already), timeouts of statements,
    /// cancellation, any other failure; and work that has begun to commit, by <c>Commit</c> or by the text of a
    /// statement. What no text shows, the pool cannot see: docs/retrying-work.md says which words count.
    /// </para>
    /// <para>Thread-safe.</para>
    /// </remarks>
    /// <exception cref="CommitOutcomeUnknownException">The commit of the work's transaction was sent and got no answer
    /// (connection lost, silence, deadline, token): whether it was made is unknown.</exception>
    /// <exception cref="WorkTimeoutException">The deadline has passed, and not during a commit.</exception>
    /// <exception cref="PoolOptionsException">The retry options cannot work; names every problem.</exception>
    /// <exception cref="PoolTimeoutException">No connection came free in time.</exception>
    /// <exception cref="ConnectionOpenException">No connection could be opened, and none was there to wait
    /// for.</exception>
    /// <exception cref="PoolClosedException">The pool is closed.</exception>
    /// <exception cref="OperationCanceledException">The token was signalled, and not during a commit.</exception>
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

    /// <typeparam name="TResult">What the work results in.</typeparam>
    /// <inheritdoc cref="ExecuteAsync(Func{PooledConnection, CancellationToken, Task}, RetryOptions?, CancellationToken, string, int, string)"/>
    /// <returns>What the try that succeeded resulted in.</returns>
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
}
