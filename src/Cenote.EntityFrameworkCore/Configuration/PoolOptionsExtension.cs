using Cenote.EntityFrameworkCore.Commands;
using Cenote.EntityFrameworkCore.Connections;
using Cenote.EntityFrameworkCore.Databases;
using Cenote.EntityFrameworkCore.Replicas;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Query;
using Microsoft.EntityFrameworkCore.Storage;

namespace Cenote.EntityFrameworkCore.Configuration;

/// <summary>
/// The pool or the replica set of a context, in its options. The contexts of all pools share one set of internal
/// services; the contexts of sets have more services.
/// </summary>
internal sealed class PoolOptionsExtension : IDbContextOptionsExtension
{
    private readonly ConnectionPool? _pool;
    private readonly ReplicaSet? _set;
    private readonly string? _name;
    private DbContextOptionsExtensionInfo? _info;

    internal PoolOptionsExtension()
    {
    }

    internal PoolOptionsExtension(ConnectionPool pool) => _pool = pool;

    internal PoolOptionsExtension(string name) => _name = name;

    internal PoolOptionsExtension(ReplicaSet set, ReplicaQueries queries) => (_set, Queries) = (set, queries);

    internal PoolOptionsExtension(string setName, ReplicaQueries queries) => (_name, Queries) = (setName, queries);

    public DbContextOptionsExtensionInfo Info => _info ??= new PoolOptionsInfo(this);

    /// <summary>Gets the queries that replicas serve; <see langword="null"/> for a pool.</summary>
    internal ReplicaQueries? Queries { get; }

    /// <summary>Gets the name of the pool or set, for logs and exceptions.</summary>
    internal string Description => Queries is null
        ? $"pool '{_pool?.Name ?? _name ?? "(the application's default)"}'"
        : $"replica set '{_set?.Name ?? _name}'";

    private string Method => Queries is null ? "UseConnectionPool" : "UseReplicaSet";

    /// <summary>
    /// Gets the pool of a context with these options; of a set, the pool of its primary.
    /// </summary>
    /// <exception cref="InvalidOperationException">The application does not have the pool.</exception>
    internal ConnectionPool FindPool(IDbContextOptions options)
    {
        if (Queries is not null)
        {
            return FindSet(options).DefaultPool;
        }

        var pool = _pool ?? ApplicationPool.Find(ServicesOf(options), _name);
        PoolCompatibility.ThrowIfDriversDiffer(pool, options, Method);
        return pool;
    }

    /// <summary>Gets every pool to the database: one, or the ones of a set's servers.</summary>
    /// <inheritdoc cref="FindPool" path="/exception"/>
    internal IEnumerable<ConnectionPool> FindPools(IDbContextOptions options) =>
        Queries is null ? [FindPool(options)] : FindSet(options).Servers.Select(static server => server.Pool);

    /// <summary>Creates the connection of a context with these options.</summary>
    internal PooledConnection CreateConnection(IDbContextOptions options, ConnectionPool pool, string holder) => Queries is { } queries
        ? new ContextRoute(FindSet(options), queries).CreateConnection(holder, 0, "EF Core")
        : pool.CreateConnection(holder, 0, "EF Core");

    /// <summary>Adds the extension to options in which a database was chosen.</summary>
    internal DbContextOptionsBuilder AddTo(DbContextOptionsBuilder optionsBuilder)
    {
        // The pool's services wrap the services of the database's provider, which must be registered before.
        if (!optionsBuilder.Options.Extensions.OfType<RelationalOptionsExtension>().Any())
        {
            throw new InvalidOperationException($"{Method} was called before a relational database was chosen. Call UseNpgsql, UseSqlite or the like first.");
        }

        // EF Core validates only when it builds services, not for each context that shares them.
        Validate(optionsBuilder.Options);
        ((IDbContextOptionsBuilderInfrastructure)optionsBuilder).AddOrUpdateExtension(this);
        return optionsBuilder;
    }

    public void ApplyServices(IServiceCollection services)
    {
        services.WrapEach<IInterceptorAggregator>(ConnectionAggregator.Over);
        services.AddSingleton<IInterceptor, DriverReaders>();
        services.AddSingleton<IInterceptor, TypeChanges>();
        services.Wrap<IRelationalDatabaseCreator>(PooledDatabaseCreator.Over);
        if (Queries is not null)
        {
            services.AddSingleton<IInterceptor, OpenQueryGuard>();
            services.AddSingleton<IInterceptor, FailedWrites>();
            services.Wrap<RelationalQueryContextDependencies>(static (_, dependencies) =>
                dependencies with { RelationalConnection = new QueryConnection(dependencies.RelationalConnection) });
        }

        if (Queries == ReplicaQueries.Untracked)
        {
            services.AddSingleton<IInterceptor, UntrackedQueries>();
            services.WrapEach<IInterceptorAggregator>(QueryAggregator.Over);
        }
    }

    public void Validate(IDbContextOptions options)
    {
        // A named pool or set is validated when it is found.
        if (_pool is not null)
        {
            PoolCompatibility.ThrowIfDriversDiffer(_pool, options, Method);
        }
        else if (_set is not null)
        {
            FindSet(options);
        }

        if (options.Extensions.OfType<RelationalOptionsExtension>().Any(relational => relational.Connection is not null))
        {
            throw new InvalidOperationException($"The context has both a connection and the {Description}, which it would never use. Call UseNpgsql, UseSqlite or the like without the connection, or leave {Method} out.");
        }

        if (options.FindExtension<CoreOptionsExtension>()?.InternalServiceProvider is not null)
        {
            throw new InvalidOperationException($"{Method} adds services to EF Core's internal services, which UseInternalServiceProvider replaces. Remove one of the two calls.");
        }
    }

    private ReplicaSet FindSet(IDbContextOptions options)
    {
        var set = _set ?? ApplicationPool.FindSet(ServicesOf(options), _name!);
        foreach (var server in set.Servers)
        {
            PoolCompatibility.ThrowIfDriversDiffer(server.Pool, options, Method);
        }

        return set;
    }

    private static IServiceProvider? ServicesOf(IDbContextOptions options) => options.FindExtension<CoreOptionsExtension>()?.ApplicationServiceProvider;
}
