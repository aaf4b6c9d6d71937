using Cenote.Circuit;
using Cenote.Events;
using Cenote.Leasing;
using Cenote.Providers;
using Microsoft.Extensions.Logging;

namespace Cenote.Connections;

/// <summary>
/// The retries of an open: exponential, jittered, capped. Refused credentials and settings are not tried again. The
/// same holds for a server with too many connections while some of ours are left, because callers are served by those.
/// </summary>
/// <remarks>
/// Between two retries at a server that refuses connections, one open of the pool knocks: it tries again after each
/// <see cref="RefusalPause"/>. The others wait for its success, or for their own retry. A knock that is refused too
/// counts as no attempt: neither the retries nor the circuit's failures are used up sooner.
/// </remarks>
internal sealed class OpenRetry(PoolSettings settings, FailureClassifier classifier, LeaseDesk desk, ILogger logger)
{
    private const int MaxDoublings = 20;

    private TaskCompletionSource _news = NewNews();
    private int _isKnocking;

    /// <summary>Attempts to open a connection, until it succeeds or the retries are used up.</summary>
    /// <param name="attempt">One attempt.</param>
    /// <param name="failed">Receives the failure of each attempt that counts, and when the attempt began.</param>
    /// <param name="retries">The number of retries.</param>
    /// <param name="cancellationToken">Ends the attempts, and the pauses between them.</param>
    internal async ValueTask<PhysicalConnection> RunAsync(
        Func<CancellationToken, ValueTask<PhysicalConnection>> attempt, Action<Exception, TimeSpan> failed, int retries, CancellationToken cancellationToken)
    {
        var failures = 0;
        var isKnock = false;
        var isKnocker = false;
        var retryAt = TimeSpan.Zero;
        TimeSpan? refusedSince = null;
        try
        {
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();

                // Read before the attempt: news that comes during it is not missed.
                var news = Volatile.Read(ref _news).Task;
                var startedAt = settings.Clock.Elapsed;
                TimeSpan pause;
                try
                {
                    var physical = await attempt(cancellationToken).ConfigureAwait(false);
                    _ = Publish(news);
                    return physical;
                }
                catch (Exception exception) when (exception is not NoDemandException)
                {
                    var now = settings.Clock.Elapsed;
                    var isRefusal = exception is not TimeoutException && RefusalPause.IsRefusal(classifier.Classify(exception), now - startedAt);
                    if (!isKnock || !isRefusal)
                    {
                        failed(exception, startedAt);
                        if (failures == retries || !IsWorthRetrying(exception))
                        {
                            throw;
                        }

                        var delay = DelayAfter(++failures);
                        PoolLog.OpenRetried(logger, settings.Name, failures, Readable.About(delay), exception);
                        retryAt = now + delay;
                    }

                    refusedSince = isRefusal ? refusedSince ?? now : null;
                    pause = isRefusal ? RefusalPause.Jitter(RefusalPause.After(now - startedAt, now - refusedSince!.Value)) : TimeSpan.MaxValue;
                }

                var left = retryAt - settings.Clock.Elapsed;
                isKnocker = isKnocker || (pause < left && Interlocked.Exchange(ref _isKnocking, 1) == 0);
                if (isKnocker && pause < left)
                {
                    await Task.Delay(WholeMilliseconds(pause), settings.Clock.TimeProvider, cancellationToken).ConfigureAwait(false);
                    isKnock = true;
                }
                else
                {
                    if (isKnocker && pause == TimeSpan.MaxValue)
                    {
                        // Not refused, so it knocks no more. Another open may, and its own news does not wake it.
                        isKnocker = false;
                        news = StopKnocking(news);
                    }

                    isKnock = await HasNewsAsync(news, left, cancellationToken).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            if (isKnocker)
            {
                _ = StopKnocking(Task.CompletedTask);
            }
        }
    }

    /// <summary>Waits until the server may be back, or until the retry is due.</summary>
    /// <returns>Whether the server may be back.</returns>
    private async ValueTask<bool> HasNewsAsync(Task news, TimeSpan left, CancellationToken cancellationToken)
    {
        await news.WaitAsync(WholeMilliseconds(left), settings.Clock.TimeProvider, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        return news.IsCompleted;
    }

    /// <returns>The news to wait for: the next, unless some came since <paramref name="news"/>.</returns>
    private Task StopKnocking(Task news)
    {
        Volatile.Write(ref _isKnocking, 0);
        return Publish(news);
    }

    /// <summary>Wakes the opens that wait between two retries: one of them knocks next, or all succeed.</summary>
    private Task Publish(Task news)
    {
        var next = NewNews();
        var last = Interlocked.Exchange(ref _news, next);
        last.TrySetResult();
        return last.Task == news ? next.Task : news;
    }

    private static TaskCompletionSource NewNews() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private TimeSpan DelayAfter(int failures)
    {
        var longest = settings.OpenRetryBaseDelay * (1 << Math.Min(failures - 1, MaxDoublings));
        return RefusalPause.Jitter(longest < settings.OpenRetryMaxDelay ? longest : settings.OpenRetryMaxDelay);
    }

    private static TimeSpan WholeMilliseconds(TimeSpan time) => TimeSpan.FromMilliseconds(Math.Max(0, Math.Ceiling(time.TotalMilliseconds)));

    private bool IsWorthRetrying(Exception exception) =>
        exception is not OperationCanceledException
        && classifier.Classify(exception) switch
        {
            FailureKind.InvalidCredentials or FailureKind.InvalidConfiguration => false,
            FailureKind.TooManyConnections => !desk.HasLiveConnection,
            _ => true,
        };
}
