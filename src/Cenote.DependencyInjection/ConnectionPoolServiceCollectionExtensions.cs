using System.Data.Common;
using Cenote;
using Cenote.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Extensions of <see cref="IServiceCollection"/> that register connection pools.</summary>
public static class ConnectionPoolServiceCollectionExtensions
{
    /// <summary>The name of the pool that is registered without a name, in logs and in the configuration.</summary>
    public const string DefaultPoolName = "default";

    /// <summary>
    /// Registers a pool under a name: as keyed <see cref="ConnectionPool"/> and <see cref="DbDataSource"/>, and in the
    /// <see cref="PoolRegistry"/>.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="name">
    /// The pool's name and the services' key: 1 to 200 printable characters without a colon. The configuration has the
    /// connection string in <c>ConnectionStrings:NAME</c> and settings in the section <c>Cenote:Pools:NAME</c>.
    /// </param>
    /// <param name="configure">
    /// Chooses the database with a <c>Use…</c> method, and sets options in code. Called when the pool is first
    /// resolved. Values of the configuration replace values of the code.
    /// </param>
    /// <returns><paramref name="services"/>.</returns>
    /// <exception cref="ArgumentException">The name is invalid, or already registered.</exception>
    /// <remarks>
    /// The pool is constructed when it is first resolved, and closed with the container, after the services that use
    /// it. Invalid settings then throw a <see cref="PoolOptionsException"/> that lists every problem. A reload of the
    /// configuration applies the settings that a running pool can change.
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
    /// Registers the pool of an application with one pool: <see cref="ConnectionPool"/> and <see cref="DbDataSource"/>
    /// without a key. Its name is <see cref="DefaultPoolName"/>.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">
    /// Chooses the database with a <c>Use…</c> method, and sets options in code. Called when the pool is first
    /// resolved. Values of the configuration replace values of the code.
    /// </param>
    /// <returns><paramref name="services"/>.</returns>
    /// <exception cref="ArgumentException">A default pool is already registered.</exception>
    /// <inheritdoc
    /// cref="AddConnectionPool(IServiceCollection, string, Action{ConnectionPoolBuilder})"
    /// path="/remarks"/>
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

    /// <summary>
    /// Registers a budget of connections that several pools share: as keyed <see cref="ConnectionBudget"/>. A pool
    /// joins it with <see cref="ConnectionPoolBuilder.WithBudget"/>, or by <c>Cenote:Pools:NAME:Budget</c> in the
    /// configuration.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="name">The budget's name and the service's key. The configuration may have the maximum in
    /// <c>Cenote:Budgets:NAME:MaxConnections</c>, which takes precedence; a reload changes the running budget.</param>
    /// <param name="maxConnections">The maximum number of connections of all pools, 1 to 100,000.</param>
    /// <returns><paramref name="services"/>.</returns>
    /// <exception cref="ArgumentException">The name is invalid, or already registered.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The number is out of range.</exception>
    public static IServiceCollection AddConnectionBudget(this IServiceCollection services, string name, int maxConnections)
    {
        ArgumentNullException.ThrowIfNull(services);
        _ = new ConnectionBudget(name, maxConnections);
        return services.AddBudget(name, new BudgetRegistration(name, maxConnections));
    }

    /// <summary>
    /// Registers a budget that exists, for example one that several instances share: as keyed
    /// <see cref="ConnectionBudget"/>, under its own name. The configuration does not change it.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="budget">The budget.</param>
    /// <returns><paramref name="services"/>.</returns>
    /// <exception cref="ArgumentException">A budget of this name is already registered.</exception>
    public static IServiceCollection AddConnectionBudget(this IServiceCollection services, ConnectionBudget budget)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(budget);
        return services.AddBudget(budget.Name, new BudgetRegistration(budget.Name, budget.MaxConnections, budget));
    }

    private static IServiceCollection AddBudget(this IServiceCollection services, string name, BudgetRegistration registration)
    {
        if (services.Any(service => service.ImplementationInstance is BudgetRegistration other && string.Equals(other.Name, name, StringComparison.OrdinalIgnoreCase)))
        {
            throw new ArgumentException($"A budget named '{name}' is already registered. Give each budget its own name, which differs in more than case because configuration keys ignore case.", nameof(name));
        }

        services.AddSingleton(registration);
        services.TryAddSingleton<ConfigurationFollower>();
        services.TryAddSingleton<BudgetFactory>();
        services.AddKeyedSingleton(name, (provider, _) => provider.GetRequiredService<BudgetFactory>().Get(name));
        return services;
    }

    private static void AddPool(this IServiceCollection services, string name, Action<IServiceProvider, ConnectionPoolBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        var registration = new PoolRegistration(name, configure);
        ServiceName.ThrowIfTaken(services, name, "pool");
        services.AddSingleton(registration);
        services.AddPools();
    }

    internal static void AddPools(this IServiceCollection services)
    {
        services.TryAddSingleton<ConfigurationFollower>();
        services.TryAddSingleton<BudgetFactory>();
        services.TryAddSingleton<PoolFactory>();
        services.TryAddSingleton(provider => provider.GetRequiredService<PoolFactory>().CreateRegistry());
    }
}
