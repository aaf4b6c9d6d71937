using Microsoft.Extensions.DependencyInjection;

namespace Cenote.Hosting;

/// <summary>The services that this package needs from a container.</summary>
internal static class HostServices
{
    /// <exception cref="InvalidOperationException">The container has no registry.</exception>
    internal static PoolRegistry FindRegistry(this IServiceProvider services) =>
        services.GetService<PoolRegistry>()
        ?? throw new InvalidOperationException("The container has no PoolRegistry. Add pools with services.AddConnectionPool(…), or a registry of your own with services.AddSingleton(new PoolRegistry()).");

    /// <summary>Finds the replica sets of a container, with and without a key, and constructs them.</summary>
    internal static IReadOnlyList<ReplicaSet> FindReplicaSets(this IServiceProvider services) =>
        [.. services.GetServices<ReplicaSet>()
            .Concat(services is IKeyedServiceProvider ? services.GetKeyedServices<ReplicaSet>(KeyedService.AnyKey) : [])
            .Distinct()
            .OrderBy(static set => set.Name, StringComparer.Ordinal)];

    internal static TimeProvider FindTimeProvider(this IServiceProvider services) => services.GetService<TimeProvider>() ?? TimeProvider.System;
}
