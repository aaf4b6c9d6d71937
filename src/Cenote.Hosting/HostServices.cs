using Microsoft.Extensions.DependencyInjection;

namespace Cenote.Hosting;

/// <summary>The services that this package needs from a container.</summary>
internal static class HostServices
{
    /// <exception cref="InvalidOperationException">The container has no registry.</exception>
    internal static PoolRegistry FindRegistry(this IServiceProvider services) =>
        services.GetService<PoolRegistry>()
        ?? throw new InvalidOperationException("The container has no PoolRegistry. Add pools with services.AddConnectionPool(…), or a registry of your own with services.AddSingleton(new PoolRegistry()).");

    internal static TimeProvider FindTimeProvider(this IServiceProvider services) => services.GetService<TimeProvider>() ?? TimeProvider.System;
}
