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

    private readonly OpenNews _news = new();
    private int _isKnocking;

    /// <summary>Attempts to open a connection, until it succeeds or the retries are used up.</summary>
    /// <param name="attempt">One attempt.</param>
    /// <param name="failed">Receives the failure of each attempt that counts.</param>
    /// <param name="retries">The number of retries.</param>
    /// <param name="cancellationToken">Ends the attempts, and the pauses between them.</param>
    internal async ValueTask<PhysicalConnection> RunAsync(
        Func<OpenTry, CancellationToken, ValueTask<PhysicalConnection>> attempt, Action<Exception, OpenTry> failed, int retries, CancellationToken cancellationToken)
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

                var seen = _news.Version;
                var current = new OpenTry { IsKnock = isKnock, StartedAt = settings.Clock.Elapsed, StandstillsBefore = desk.CountStandstills() };
                TimeSpan pause;
                try
                {
                    var physical = await attempt(current, cancellationToken).ConfigureAwait(false);
                    _news.Publish(seen);
                    return physical;
                }
                catch (Exception exception) when (exception is not NoDemandException)
                {
                    var now = settings.Clock.Elapsed;
                    var taken = now - current.StartedAt;
                    var isRefusal = current.HasContacted && exception is not TimeoutException && RefusalPause.IsRefusal(classifier.Classify(exception), taken);
                    if (!isKnock || !isRefusal)
                    {
                        failed(exception, current);
                        if (failures == retries || !IsWorthRetrying(exception))
                        {
                            throw;
                        }

                        var delay = DelayAfter(++failures);
                        PoolLog.OpenRetried(logger, settings.Name, failures, Readable.About(delay), exception);
                        retryAt = now + delay;
                    }

                    refusedSince = isRefusal ? refusedSince ?? now : null;
                    pause = isRefusal ? RefusalPause.Jitter(RefusalPause.After(taken, now - refusedSince!.Value)) : TimeSpan.MaxValue;
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
                        seen = StopKnocking(seen);
                    }

                    isKnock = await HasNewsAsync(seen, left, cancellationToken).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            if (isKnocker)
            {
                StopKnocking(seen: 0);
            }
        }
    }

    /// <summary>Waits until the server may be back, or until the retry is due.</summary>
    /// <returns>Whether the server may be back.</returns>
    private async ValueTask<bool> HasNewsAsync(int seen, TimeSpan left, CancellationToken cancellationToken)
    {
        var news = _news.After(seen);
        await news.WaitAsync(WholeMilliseconds(left), settings.Clock.TimeProvider, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        return news.IsCompleted;
    }

    /// <summary>Has another open knock, if one waits.</summary>
    /// <returns>The last news that this open knows.</returns>
    private int StopKnocking(int seen)
    {
        Volatile.Write(ref _isKnocking, 0);
        return _news.Publish(seen);
    }

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
