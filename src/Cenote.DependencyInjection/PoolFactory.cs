using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cenote.DependencyInjection;

/// <summary>The factory of the container's pools: options of the code, then of the configuration.</summary>
internal sealed class PoolFactory(
    IServiceProvider services,
    IEnumerable<PoolRegistration> registrations,
    IEnumerable<ReplicaSetRegistration> sets,
    BudgetFactory budgets,
    ConfigurationFollower follower)
{
    private readonly PoolRegistration[] _registrations = [.. registrations];
    private readonly ReplicaSetRegistration[] _sets = [.. sets];
    private int _hasLookedForUnknownPools;

    /// <summary>
    /// Creates a registry with every pool of the container, none of them constructed yet. It resolves no service,
    /// because a service that needs a pool, such as a logger that writes to a database, would recurse endlessly.
    /// </summary>
    internal PoolRegistry CreateRegistry()
    {
        var registry = new PoolRegistry();
        foreach (var registration in _registrations)
        {
            registry.Register(registration.Name, _ => Create(registration));
        }

        return registry;
    }

    /// <summary>
    /// Gets the pool of a name. Resolves the registry first, so that the container disposes of it last, after the pools
    /// and the services that use them.
    /// </summary>
    internal ConnectionPool GetOrCreate(string name) =>
        services.GetRequiredService<PoolRegistry>().GetOrAdd(name, _ => Create(_registrations.Single(registration => registration.Name == name)));

    private ILogger Logger => (services.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance).CreateLogger("Cenote.DependencyInjection");

    private ConnectionPool Create(PoolRegistration registration) => Create(registration.Name, PoolKeys.OfPool(registration.Name), registration.Configure);

    /// <summary>Creates the pool of a server in a replica set, which the registry closes.</summary>
    /// <exception cref="ArgumentException">The registry has a pool of this name.</exception>
    internal ConnectionPool CreateServer(string set, string server, Action<ConnectionPoolBuilder> configure)
    {
        var pool = Create($"{set}/{server}", PoolKeys.OfServer(set, server), (_, builder) => configure(builder));
        try
        {
            services.GetRequiredService<PoolRegistry>().Register(pool);
            return pool;
        }
        catch
        {
            pool.Dispose();
            throw;
        }
    }

    /// <summary>Logs sections without a registered pool or set, once.</summary>
    internal void WarnOfUnknownSections(IConfiguration configuration)
    {
        if (Interlocked.Exchange(ref _hasLookedForUnknownPools, 1) == 0)
        {
            PoolSection.WarnOfUnknownPools(configuration, [.. _registrations.Select(other => other.Name)], Logger);
            ReplicaSetSection.WarnOfUnknownSets(configuration, [.. _sets.Select(other => other.Name)], Logger);
        }
    }

    private ConnectionPool Create(string name, PoolKeys keys, Action<IServiceProvider, ConnectionPoolBuilder> configure)
    {
        var configuration = services.GetService<IConfiguration>();
        var builder = new ConnectionPoolBuilder { ConnectionStringKey = keys.ConnectionString }.WithConnectionString(configuration?[keys.ConnectionString]).WithName(name);
        builder.Configure(options =>
        {
            options.LoggerFactory = services.GetService<ILoggerFactory>();
            options.TimeProvider = services.GetService<TimeProvider>() ?? options.TimeProvider;
        });
        configure(services, builder);
        var codeOptions = builder.CopyOptions();
        if (configuration is null)
        {
            return builder.Build();
        }

        WarnOfUnknownSections(configuration);
        var pool = builder.Configure(options => PoolSection.Read(configuration, keys, options, budgets.Get)).Build();
        try
        {
            follower.Follow(new FollowedPool(pool, keys, codeOptions, builder.ConnectionString, configuration, budgets.Get, Logger), configuration);
            return pool;
        }
        catch
        {
            pool.Dispose();
            throw;
        }
    }
}
