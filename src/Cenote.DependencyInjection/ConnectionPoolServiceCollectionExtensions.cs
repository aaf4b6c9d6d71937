using System.Data.Common;
using Cenote;
using Cenote.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers connection pools.</summary>
public static class ConnectionPoolServiceCollectionExtensions
{
    /// <summary>The name of the pool that is registered without one: in logs, and in the configuration.</summary>
    public const string DefaultPoolName = "default";

    /// <summary>
    /// Registers a pool under a name: keyed <see cref="ConnectionPool"/> and <see cref="DbDataSource"/>, and in the
    /// <see cref="PoolRegistry"/>.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="name">
    /// The pool's name and the services' key; also where the configuration is looked for: the connection string in
    /// <c>ConnectionStrings:NAME</c>, settings in the section <c>Cenote:Pools:NAME</c>. 1 to 200 printable characters,
    /// no colon.
    /// </param>
    /// <param name="configure">
    /// Chooses the database, with a <c>Use…</c> method, and sets what the code decides. Called when the pool is first
    /// asked for. What the configuration says comes after it, and wins.
    /// </param>
    /// <returns><paramref name="services"/>.</returns>
    /// <exception cref="ArgumentException">The name is taken, or cannot be one.</exception>
    /// <remarks>
    /// The pool is constructed when it is first asked for, and closed with the container, after everything that was
    /// given it. Settings that cannot work are a <see cref="PoolOptionsException"/> then, with every problem. Settings
    /// that a running pool can follow follow a reload of the configuration.
    /// </remarks>
    public static IServiceCollection AddConnectionPool(this IServiceCollection services, string name, Action<ConnectionPoolBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return services.AddConnectionPool(name, (_, pool) => configure(pool));
    }

    /// <inheritdoc cref="AddConnectionPool(IServiceCollection, string, Action{ConnectionPoolBuilder})"/>
    public static IServiceCollection AddConnectionPool(
        this IServiceCollection services, string name, Action<IServiceProvider, ConnectionPoolBuilder> configure)
    {
        services.AddPool(name, configure);
        services.AddKeyedSingleton(name, (provider, _) => provider.GetRequiredService<PoolFactory>().GetOrCreate(name));
        services.AddKeyedSingleton<DbDataSource>(name, (provider, _) => new PoolDataSource(provider.GetRequiredKeyedService<ConnectionPool>(name)));
        return services;
    }

    /// <summary>
    /// Registers the pool of an application that has one: <see cref="ConnectionPool"/> and <see cref="DbDataSource"/>
    /// without a key. Its name is <see cref="DefaultPoolName"/>.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">
    /// Chooses the database, with a <c>Use…</c> method, and sets what the code decides. Called when the pool is first
    /// asked for. What the configuration says comes after it, and wins.
    /// </param>
    /// <returns><paramref name="services"/>.</returns>
    /// <exception cref="ArgumentException">There is a default pool already.</exception>
    /// <inheritdoc cref="AddConnectionPool(IServiceCollection, string, Action{ConnectionPoolBuilder})" path="/remarks"/>
    public static IServiceCollection AddConnectionPool(this IServiceCollection services, Action<ConnectionPoolBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return services.AddConnectionPool((_, pool) => configure(pool));
    }

    /// <inheritdoc cref="AddConnectionPool(IServiceCollection, Action{ConnectionPoolBuilder})"/>
    public static IServiceCollection AddConnectionPool(this IServiceCollection services, Action<IServiceProvider, ConnectionPoolBuilder> configure)
    {
        services.AddPool(DefaultPoolName, configure);
        services.AddSingleton(provider => provider.GetRequiredService<PoolFactory>().GetOrCreate(DefaultPoolName));
        services.AddSingleton<DbDataSource>(provider => new PoolDataSource(provider.GetRequiredService<ConnectionPool>()));
        return services;
    }

    private static void AddPool(this IServiceCollection services, string name, Action<IServiceProvider, ConnectionPoolBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        var registration = new PoolRegistration(name, configure);
        if (services.Any(service => service.ImplementationInstance is PoolRegistration other && string.Equals(other.Name, name, StringComparison.OrdinalIgnoreCase)))
        {
            throw new ArgumentException($"A pool named '{name}' is registered already. Give each a name of its own, which differs in more than case, as configuration keys must; one alone may be without.", nameof(name));
        }

        services.AddSingleton(registration);
        services.TryAddSingleton<ConfigurationFollower>();
        services.TryAddSingleton<PoolFactory>();
        services.TryAddSingleton(provider => provider.GetRequiredService<PoolFactory>().CreateRegistry());
    }
}
