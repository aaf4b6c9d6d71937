using Microsoft.Extensions.Hosting;

namespace Cenote.Shop.Serving;

/// <summary>Leaves signals alone, and the terminal: the run minds both.</summary>
internal sealed class SilentLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
