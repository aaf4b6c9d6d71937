using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cenote.DependencyInjection;

/// <summary>
/// The factory of the container's replica sets: servers and options of the code, then of the configuration. The pools
/// of the servers are pools of the container, in its registry.
/// </summary>
internal sealed class ReplicaSetFactory(
    IServiceProvider services, IEnumerable<ReplicaSetRegistration> registrations, PoolFactory pools, ConfigurationFollower follower)
{
    private readonly ReplicaSetRegistration[] _registrations = [.. registrations];

    private ILogger Logger => (services.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance).CreateLogger("Cenote.DependencyInjection");

    /// <summary>
    /// Creates the set of a name. Resolves the registry first, so that the container disposes of it after the set.
    /// </summary>
    internal ReplicaSet Create(string name)
    {
        var registry = services.GetRequiredService<PoolRegistry>();
        var configuration = services.GetService<IConfiguration>();
        var builder = new ReplicaSetBuilder(name).Configure(options =>
        {
            options.LoggerFactory = services.GetService<ILoggerFactory>();
            options.TimeProvider = services.GetService<TimeProvider>() ?? options.TimeProvider;
        });
        _registrations.Single(registration => registration.Name == name).Configure(services, builder);
        var codeOptions = builder.CopyOptions();
        List<string> problems = [];
        if (codeOptions.Name != name)
        {
            problems.Add($"Name is '{PrintableText.Clean(codeOptions.Name)}', but the set is registered as '{name}'. Leave Name as it is.");
        }

        IReadOnlyList<ConfiguredServer> servers = [];
        if (configuration is not null)
        {
            pools.WarnOfUnknownSections(configuration);
            servers = Read(configuration, name, builder, problems);
        }

        if (builder.ServerNames.Count == 0)
        {
            problems.Add($"The set has no server. Declare servers in code (AddPrimary, AddReplica), or in {ReplicaSetSection.PathOf(name)}:{ReplicaSetSection.Servers}.");
        }

        if (problems.Count > 0)
        {
            throw new ReplicaSetOptionsException(name, problems);
        }

        return Build(builder, registry, set =>
        {
            if (configuration is not null)
            {
                follower.Follow(new FollowedReplicaSet(set, codeOptions, servers, configuration, Logger), configuration);
            }
        });
    }

    /// <summary>Builds a set. Where that fails, none of its pools stays open or in the registry.</summary>
    private ReplicaSet Build(ReplicaSetBuilder builder, PoolRegistry registry, Action<ReplicaSet> follow)
    {
        List<ConnectionPool> created = [];
        builder.PoolSource = (server, configure) =>
        {
            var pool = pools.CreateServer(builder.CopyOptions().Name, server, configure);
            created.Add(pool);
            return pool;
        };
        ReplicaSet? set = null;
        try
        {
            set = builder.Build();
            follow(set);
            return set;
        }
        catch
        {
            set?.Dispose();
            foreach (var pool in created)
            {
                registry.TryRemove(pool.Name, out _);
                pool.Dispose();
            }

            throw;
        }
    }

    /// <summary>Applies the configuration to a builder.</summary>
    private static IReadOnlyList<ConfiguredServer> Read(IConfiguration configuration, string name, ReplicaSetBuilder builder, List<string> problems)
    {
        builder.Configure(options => problems.AddRange(ReplicaSetSection.ReadSettings(configuration, name, options)));
        var servers = ReplicaSetSection.ReadServers(configuration, name, problems);
        foreach (var server in servers)
        {
            if (builder.ServerNames.FirstOrDefault(declared => declared.Equals(server.Name, StringComparison.OrdinalIgnoreCase)) is { } known)
            {
                builder.Change(known, server.Role, server.Weight);
            }
            else if (server.Role == ServerRole.Primary)
            {
                builder.AddPrimary(server.Name, server.Weight ?? 1);
            }
            else
            {
                builder.AddReplica(server.Name, server.Weight ?? 1);
            }
        }

        return servers;
    }
}
