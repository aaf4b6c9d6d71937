using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Cenote.Hosting.Lifecycle;

/// <summary>
/// Warms the pools of a host up before anything in it starts, and drains them after everything in it has stopped.
/// </summary>
internal sealed class PoolLifecycle : IHostedLifecycleService, IDisposable
{
    private readonly PoolRegistry _registry;
    private readonly IOptions<PoolHostingOptions> _options;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();

    public PoolLifecycle(IServiceProvider services, IOptions<PoolHostingOptions> options, ILoggerFactory loggerFactory)
    {
        _registry = services.FindRegistry();
        _options = options;
        _timeProvider = services.FindTimeProvider();
        _logger = loggerFactory.CreateLogger("Cenote.Hosting");
    }

    /// <summary>
    /// Comes before the first <see cref="IHostedService.StartAsync"/> of the host, and with it before any server
    /// listens.
    /// </summary>
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        var options = _options.Value;
        var warmUps = await PoolConstruction.ConstructAsync(_registry, options, _timeProvider, _logger).ConfigureAwait(false);
        using var limit = new CancellationTokenSource(options.WarmUpTimeout, _timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        await Task.WhenAll(warmUps.Select(warmUp => warmUp.RunAsync(isPatient: false, either.Token))).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();

        var late = warmUps.Where(static warmUp => warmUp.Failure is not null).ToList();
        if (late.Count > 0 && options.DatabaseUnavailableBehavior == DatabaseUnavailableBehavior.FailFast)
        {
            throw new PoolWarmUpException([.. late.Select(static warmUp => warmUp.Failure!)], warmUps.Count);
        }

        foreach (var warmUp in late)
        {
            HostingLog.StartsNotReady(_logger, warmUp.PoolName, warmUp.Failure!.Description, warmUp.Failure.Exception);

            // Ends with the host; what goes wrong in it is logged by the pool itself.
            _ = warmUp.RunAsync(isPatient: true, _stopping.Token);
        }
    }

    public Task StoppingAsync(CancellationToken cancellationToken) => _stopping.CancelAsync();

    /// <summary>
    /// Comes after the last <see cref="IHostedService.StopAsync"/> of the host: servers have ended their requests,
    /// background services their work, or the shutdown time is over. Never fails: the rest of the host must stop as
    /// well.
    /// </summary>
    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(_options.Value.DrainTimeout, _timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        await Task.WhenAll(_registry.Pools.Select(pool => new PoolDrain(pool, _timeProvider, _logger).RunAsync(either.Token))).ConfigureAwait(false);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _stopping.Dispose();
}
