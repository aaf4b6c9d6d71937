using Cenote.Dashboard.Access;
using Cenote.Dashboard.Sampling;
using Microsoft.Extensions.Hosting;

namespace Cenote.Dashboard;

/// <summary>A hosted service that watches the pools while the host runs.</summary>
internal sealed class DashboardService(Sampler sampler, PoolSources sources, ActionAccess access, ExposureCheck exposure, IHostApplicationLifetime lifetime) : IHostedService
{
    private CancellationTokenRegistration _started;
    private CancellationTokenRegistration _listening;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await access.CheckPolicyAsync().ConfigureAwait(false);
        sampler.Start();

        // Asking a container for a set constructs it, which may wait for its database: not while the host starts, nor
        // on its thread.
        _started = lifetime.ApplicationStarted.Register(() => _ = Task.Run(sources.FindSetsOfContainer));
        _listening = lifetime.ApplicationStarted.Register(exposure.Run);
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _started.Dispose();
        _listening.Dispose();
        sampler.Stop();
        return Task.CompletedTask;
    }
}
