using Cenote.Providers;
using Polly;
using Polly.Retry;

namespace Cenote.Resilience;

/// <summary>One call of <c>ExecuteAsync</c>: its tries, each on a connection of its own.</summary>
internal sealed class WorkRun<TResult>(
    ConnectionPool pool, Func<PooledConnection, CancellationToken, Task<TResult>> work, string filePath, int lineNumber, string memberName)
{
    private WorkProgress _progress = new();
    private FailureKind _kind;
    private bool _hasLostSession;
    private Exception? _lastFailure;
    private int _attempts;

    internal async Task<TResult> OnceAsync(CancellationToken cancellationToken)
    {
        _attempts++;
        _progress = new WorkProgress();
        _kind = FailureKind.Other;
        _hasLostSession = false;
        var connection = await pool.OpenConnectionAsync(cancellationToken, filePath, lineNumber, memberName).ConfigureAwait(false);
        await using var returned = connection.ConfigureAwait(false);
        connection.Progress = _progress;
        try
        {
            return await work(connection, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            _lastFailure = exception;
            _kind = WorkRetry.FindKind(exception, pool, _progress);
            _hasLostSession = connection.HasLostSession;
            if (_progress.IsCommitting && !(_progress.CommitFailure is { } failure && WorkRetry.IsAnswer(failure, pool)))
            {
                throw new CommitOutcomeUnknownException(pool.Name, exception);
            }

            throw;
        }
    }

    internal async Task<TResult> RetryingAsync(WorkRetryOptions options, CancellationToken cancellationToken)
    {
        var clock = pool.Engine.Settings.Clock;
        using var deadline = new CancellationTokenSource(options.Deadline, clock.TimeProvider);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            return await Pipeline(options, deadline.Token)
                .ExecuteAsync(async token => await OnceAsync(token).ConfigureAwait(false), linked.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException exception) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new WorkTimeoutException(pool.Name, options.Deadline, _attempts, _lastFailure ?? exception);
        }
    }

    private ResiliencePipeline Pipeline(WorkRetryOptions options, CancellationToken deadline)
    {
        var builder = new ResiliencePipelineBuilder { TimeProvider = pool.Engine.Settings.Clock.TimeProvider };
        builder.AddRetry(new RetryStrategyOptions
        {
            MaxRetryAttempts = options.MaxRetries,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            Delay = options.BaseDelay,
            MaxDelay = options.MaxDelay,
            ShouldHandle = arguments => ValueTask.FromResult(
                !deadline.IsCancellationRequested
                && arguments.Outcome.Exception is { } exception
                && WorkRetry.MayRunAgain(exception, _kind, _progress, _hasLostSession, options.IsIdempotent)),
            OnRetry = arguments =>
            {
                pool.Engine.LogWorkRetry(arguments.AttemptNumber + 1, arguments.RetryDelay, _kind, arguments.Outcome.Exception);
                return ValueTask.CompletedTask;
            },
        });
        return builder.Build();
    }
}
