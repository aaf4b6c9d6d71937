using Cenote.Events;
using Polly;
using Polly.Retry;

namespace Cenote.Execution;

/// <summary>One call of <c>ExecuteAsync</c>: its tries, each on a connection of its own.</summary>
internal sealed class WorkRun<TResult>(
    ConnectionPool pool, Func<PooledConnection, CancellationToken, Task<TResult>> work, CallSite site)
{
    private WorkProgress _progress = new();
    private FailureKind _kind;
    private bool _hasLostSession;
    private Exception? _lastFailure;
    private int _attempts;
    private TimeSpan? _end;
    private CommitResolver? _resolver;

    internal async Task<TResult> OnceAsync(CancellationToken cancellationToken)
    {
        var limit = WaitLimit();
        _attempts++;
        _resolver?.Forget();
        _progress = new WorkProgress { Resolver = _resolver };
        _kind = FailureKind.Other;
        _hasLostSession = false;
        var connection = await OpenAsync(limit, cancellationToken).ConfigureAwait(false);
        await using var returned = connection.ConfigureAwait(false);
        try
        {
            if (_resolver is not null)
            {
                await _resolver.CheckAsync(connection).ConfigureAwait(false);
            }

            connection.Progress = _progress;
            return await work(connection, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            _lastFailure = exception;
            _kind = WorkRetry.FindKind(exception, pool, _progress);
            _hasLostSession = connection.HasLostSession;
            if (_progress.IsCommitUnanswered(pool))
            {
                pool.Engine.Desk.Meters.UnknownCommits.Increment();
                throw new CommitOutcomeUnknownException(pool.Name, _resolver?.Answers ?? 0, _resolver?.Explanation, exception);
            }

            throw;
        }
    }

    internal async Task<TResult> RetryingAsync(RetryOptions options, CancellationToken cancellationToken)
    {
        var clock = pool.Engine.Settings.Clock;
        _end = clock.Elapsed + options.Timeout;
        using var deadline = new CancellationTokenSource(options.Timeout, clock.TimeProvider);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        _resolver = CommitResolver.Create(pool, options, site, linked.Token);
        try
        {
            return await Pipeline(options, deadline.Token)
                .ExecuteAsync(async token => await OnceAsync(token).ConfigureAwait(false), linked.Token).ConfigureAwait(false);
        }
        catch (DeadlinePassedException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new WorkTimeoutException(pool.Name, options.Timeout, _attempts, _lastFailure);
        }
        catch (OperationCanceledException exception) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new WorkTimeoutException(pool.Name, options.Timeout, _attempts, _lastFailure ?? exception);
        }
    }

    /// <summary>
    /// Returns how long a try may wait for its connection, by the pool's own clock. On a starved machine the deadline's
    /// token is late, and a caller whose deadline has passed must not get a connection that others wait for.
    /// </summary>
    private TimeSpan WaitLimit()
    {
        var settings = pool.Engine.Settings;
        var left = _end - settings.Clock.Elapsed;
        return left <= TimeSpan.Zero ? throw new DeadlinePassedException()
            : left < settings.AcquireTimeout ? left.Value
            : settings.AcquireTimeout;
    }

    private async ValueTask<PooledConnection> OpenAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        pool.ThrowIfInAmbientTransaction();
        try
        {
            var lease = await pool.Engine.Rents.RentAsync(site, cancellationToken, limit).ConfigureAwait(false);
            return new PooledConnection(in lease, site);
        }
        catch (PoolTimeoutException exception) when (pool.Engine.Settings.Clock.Elapsed >= _end)
        {
            _lastFailure ??= exception;
            throw new DeadlinePassedException();
        }
    }

    private ResiliencePipeline Pipeline(RetryOptions options, CancellationToken deadline)
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
                && arguments.Outcome.Exception is { } exception and not DeadlinePassedException
                && WorkRetry.MayRunAgain(exception, _kind, _progress, _hasLostSession, options.IsIdempotent)),
            OnRetry = arguments =>
            {
                PoolLog.WorkRetried(
                    pool.Engine.Journal.Logger, pool.Name, arguments.AttemptNumber + 1, _kind, Readable.About(arguments.RetryDelay), arguments.Outcome.Exception);
                return ValueTask.CompletedTask;
            },
        });
        return builder.Build();
    }

    /// <summary>Never leaves this class.</summary>
    private sealed class DeadlinePassedException : Exception;
}
