using Cenote.Events;
using Cenote.Leasing;
using Cenote.Providers;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;

namespace Cenote.Connections;

/// <summary>
/// The retries of an open: exponential, jittered, capped. Refused credentials and settings are not tried again. The
/// same holds for a server with too many connections while some of ours are left, because callers are served by those.
/// </summary>
internal sealed class OpenRetry
{
    private readonly ResiliencePipeline _pipeline;
    private readonly FailureClassifier _classifier;
    private readonly LeaseDesk _desk;

    internal OpenRetry(PoolSettings settings, FailureClassifier classifier, LeaseDesk desk, ILogger logger)
    {
        _classifier = classifier;
        _desk = desk;
        var builder = new ResiliencePipelineBuilder { TimeProvider = settings.Clock.TimeProvider };
        if (settings.MaxOpenRetries > 0)
        {
            builder.AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = settings.MaxOpenRetries,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = settings.OpenRetryBaseDelay,
                MaxDelay = settings.OpenRetryMaxDelay,
                ShouldHandle = arguments => ValueTask.FromResult(arguments.Outcome.Exception is { } exception && IsWorthRetrying(exception)),
                OnRetry = arguments =>
                {
                    PoolLog.OpenRetried(logger, settings.Name, arguments.AttemptNumber + 1, Readable.About(arguments.RetryDelay), arguments.Outcome.Exception);
                    return ValueTask.CompletedTask;
                },
            });
        }

        _pipeline = builder.Build();
    }

    internal ValueTask<PhysicalConnection> RunAsync(
        Func<CancellationToken, ValueTask<PhysicalConnection>> attempt, CancellationToken cancellationToken) =>
        _pipeline.ExecuteAsync(attempt, cancellationToken);

    private bool IsWorthRetrying(Exception exception) =>
        exception is not (NoDemandException or OperationCanceledException)
        && _classifier.Classify(exception) switch
        {
            FailureKind.InvalidCredentials or FailureKind.InvalidConfiguration => false,
            FailureKind.TooManyConnections => !_desk.HasLiveConnection,
            _ => true,
        };
}
