using Cenote.Dashboard.Access;
using Cenote.Dashboard.Sampling;
using Microsoft.Extensions.Hosting;

namespace Cenote.Dashboard;

/// <summary>Starts watching with the host, and ends with it.</summary>
internal sealed class DashboardService(Sampler sampler, PoolSources sources, ActionAccess access, IHostApplicationLifetime lifetime) : IHostedService
{
    private CancellationTokenRegistration _started;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await access.CheckPolicyAsync().ConfigureAwait(false);
        sampler.Start();

        // Asking a container for a set constructs it, which may wait for its database: not while the host starts, nor on its thread.
        _started = lifetime.ApplicationStarted.Register(() => _ = Task.Run(sources.FindSetsOfContainer));
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _started.Dispose();
        sampler.Stop();
        return Task.CompletedTask;
    }
}
