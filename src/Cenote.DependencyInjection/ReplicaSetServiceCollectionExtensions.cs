using System.Data.Common;
using Cenote;
using Cenote.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Extensions of <see cref="IServiceCollection"/> that register replica sets.</summary>
public static class ReplicaSetServiceCollectionExtensions
{
    /// <summary>
    /// Registers a replica set under a name: as keyed <see cref="ReplicaSet"/> and <see cref="DbDataSource"/>. The
    /// pools of its servers are in the <see cref="PoolRegistry"/>, as <c>SET/SERVER</c>.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="name">
    /// The set's name and the services' key: 1 to 200 printable characters without a colon. The configuration has the
    /// connection string of a server in <c>ConnectionStrings:NAME:SERVER</c>, and settings and servers in the section
    /// <c>Cenote:ReplicaSets:NAME</c>.
    /// </param>
    /// <param name="configure">
    /// Chooses the database of all servers (<see cref="ReplicaSetBuilder.ConfigurePools"/>), and declares servers that
    /// the configuration does not. Called when the set is first resolved. Values of the configuration replace values of
    /// the code.
    /// </param>
    /// <returns><paramref name="services"/>.</returns>
    /// <exception cref="ArgumentException">The name is invalid, or already registered.</exception>
    /// <remarks>
    /// The set is constructed when it is first resolved, and closed with the container, before its pools. Invalid
    /// settings then throw a <see cref="ReplicaSetOptionsException"/> that lists every problem. A reload of the
    /// configuration applies the settings that a running set can change; other servers need a restart.
    /// </remarks>
    public static IServiceCollection AddReplicaSet(this IServiceCollection services, string name, Action<ReplicaSetBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return services.AddReplicaSet(name, (_, set) => configure(set));
    }

    /// <inheritdoc cref="AddReplicaSet(IServiceCollection, string, Action{ReplicaSetBuilder})"/>
    public static IServiceCollection AddReplicaSet(this IServiceCollection services, string name, Action<IServiceProvider, ReplicaSetBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        ServiceName.ThrowIfInvalid(name, "replica set");
        ServiceName.ThrowIfTaken(services, name, "replica set");
        services.AddSingleton(new ReplicaSetRegistration(name, configure));
        services.AddPools();
        services.TryAddSingleton<ReplicaSetFactory>();
        services.AddKeyedSingleton(name, (provider, _) => provider.GetRequiredService<ReplicaSetFactory>().Create(name));
        services.AddKeyedSingleton<DbDataSource>(name, (provider, _) => new PoolDataSource(provider.GetRequiredKeyedService<ReplicaSet>(name)));
        return services;
    }
}
