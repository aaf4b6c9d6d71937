using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cenote.DependencyInjection;

/// <summary>Constructs the container's pools: what the code says, then what the configuration says.</summary>
internal sealed class PoolFactory(IServiceProvider services, IEnumerable<PoolRegistration> registrations, ConfigurationFollower follower)
{
    private readonly PoolRegistration[] _registrations = [.. registrations];

    /// <summary>A registry that knows every pool of the container, none of them constructed yet.</summary>
    internal PoolRegistry CreateRegistry()
    {
        var registry = new PoolRegistry();
        foreach (var registration in _registrations)
        {
            registry.Register(registration.Name, _ => Create(registration));
        }

        if (services.GetService<IConfiguration>() is { } configuration)
        {
            PoolSection.WarnOfStrangers(configuration, [.. _registrations.Select(registration => registration.Name)], Logger);
        }

        return registry;
    }

    /// <summary>
    /// The pool of a name. The registry comes first, whoever asks first: a container disposes of it last, after the pools and after all
    /// that were given them.
    /// </summary>
    internal ConnectionPool GetOrCreate(string name) =>
        services.GetRequiredService<PoolRegistry>().GetOrAdd(name, _ => Create(_registrations.Single(registration => registration.Name == name)));

    private ILogger Logger => (services.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance).CreateLogger("Cenote");

    private ConnectionPool Create(PoolRegistration registration)
    {
        var name = registration.Name;
        var configuration = services.GetService<IConfiguration>();
        var builder = new ConnectionPoolBuilder { ConnectionString = configuration?[PoolSection.ConnectionStringKey(name)] }.Named(name);
        builder.Configure(options =>
        {
            options.LoggerFactory = services.GetService<ILoggerFactory>();
            options.TimeProvider = services.GetService<TimeProvider>() ?? options.TimeProvider;
        });
        registration.Configure(services, builder);
        var ofCode = builder.CopyOptions();
        if (configuration is null)
        {
            return builder.Build();
        }

        var pool = builder.Configure(options => PoolSection.Read(configuration, name, options)).Build();
        follower.Follow(pool, ofCode, configuration, Logger);
        return pool;
    }
}
