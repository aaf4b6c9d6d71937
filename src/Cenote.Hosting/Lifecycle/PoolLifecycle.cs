using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Cenote.Hosting.Lifecycle;

/// <summary>
/// Warms the pools and replica sets of a host up before anything in it starts, and drains them after everything in it
/// has stopped.
/// </summary>
internal sealed class PoolLifecycle : IHostedLifecycleService, IDisposable
{
    private readonly IServiceProvider _services;
    private readonly PoolRegistry _registry;
    private readonly IOptions<PoolHostingOptions> _options;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private bool _hasConstructed;

    public PoolLifecycle(IServiceProvider services, IOptions<PoolHostingOptions> options, ILoggerFactory loggerFactory)
    {
        _services = services;
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
        var construction = new PoolConstruction(_services, options, _timeProvider, _logger);
        await construction.RunAsync().ConfigureAwait(false);
        _hasConstructed = true;
        using var limit = new CancellationTokenSource(options.WarmUpTimeout, _timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        await Task.WhenAll([
            .. construction.Pools.Select(warmUp => warmUp.RunAsync(isPatient: false, either.Token)),
            .. construction.Sets.Select(warmUp => warmUp.RunAsync(either.Token)),
        ]).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();

        List<PoolWarmUpFailure> failures = [.. construction.Pools.Select(static warmUp => warmUp.Failure).Concat(construction.Sets.Select(static warmUp => warmUp.Failure)).OfType<PoolWarmUpFailure>()];
        if (failures.Count > 0 && options.DatabaseUnavailableBehavior == DatabaseUnavailableBehavior.FailFast)
        {
            throw new PoolWarmUpException([.. failures.OrderBy(static failure => failure.PoolName, StringComparer.Ordinal)], construction.Pools.Count + construction.Sets.Count);
        }

        foreach (var set in construction.Sets)
        {
            if (set.Failure is { } failure)
            {
                HostingLog.StartsWithoutSet(_logger, set.SetName, failure.Description, failure.Exception);
            }

            foreach (var member in set.LateMembers)
            {
                if (!set.IsFailedBy(member))
                {
                    HostingLog.StartsWithoutServer(_logger, member.PoolName, member.Failure!.Description, member.Failure.Exception);
                }

                GoOn(member);
            }
        }

        foreach (var pool in construction.Pools.Where(static pool => pool.Failure is not null))
        {
            HostingLog.StartsNotReady(_logger, pool.PoolName, pool.Failure!.Description, pool.Failure.Exception);
            GoOn(pool);
        }
    }

    /// <summary>
    /// Warms a pool up while the host runs, until its end. What goes wrong in it is logged by the pool itself.
    /// </summary>
    private void GoOn(PoolWarmUp warmUp) => _ = warmUp.RunAsync(isPatient: true, _stopping.Token);

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
        await Task.WhenAll(FindPools().Select(pool => new PoolDrain(pool, _timeProvider, _logger).RunAsync(either.Token))).ConfigureAwait(false);
    }

    /// <summary>Finds the pools of the registry, and those of sets with pools of their own.</summary>
    private IEnumerable<ConnectionPool> FindPools() =>
        _registry.Pools.Union(_hasConstructed ? _services.FindReplicaSets().SelectMany(static set => set.Servers).Select(static server => server.Pool) : []);

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _stopping.Dispose();
}
