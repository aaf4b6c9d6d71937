namespace Cenote.EntityFrameworkCore.Configuration;

/// <summary>The lookup of a pool or a replica set in the application's services.</summary>
internal static class ApplicationPool
{
    /// <summary>Gets the pool of a name, or the default pool.</summary>
    /// <param name="services">The application's services, or <see langword="null"/> for a context that was created
    /// without them.</param>
    /// <param name="name">The pool's name, or <see langword="null"/> for the default pool.</param>
    /// <exception cref="InvalidOperationException">The pool does not exist.</exception>
    internal static ConnectionPool Find(IServiceProvider? services, string? name)
    {
        if (services is null)
        {
            throw CreatedWithout(Describe(name), "pass the pool itself to UseConnectionPool");
        }

        if (name is null)
        {
            return services.GetService<ConnectionPool>()
                ?? throw new InvalidOperationException("The application has no default connection pool. Register one (AddConnectionPool without a name), or pass a pool or its name to UseConnectionPool.");
        }

        return (services as IKeyedServiceProvider)?.GetKeyedService<ConnectionPool>(name)
            ?? (services.GetService<PoolRegistry>() is { } registry && registry.TryGet(name, out var pool) ? pool : null)
            ?? throw new InvalidOperationException($"The application has no connection pool '{name}'. Names are case-sensitive. Register it (AddConnectionPool(\"{name}\", …)), or correct the name given to UseConnectionPool.");
    }

    /// <summary>Gets the replica set of a name.</summary>
    /// <inheritdoc cref="Find" path="/param"/>
    /// <exception cref="InvalidOperationException">The set does not exist.</exception>
    internal static ReplicaSet FindSet(IServiceProvider? services, string name) => services is null
        ? throw CreatedWithout($"the replica set '{name}'", "pass the set itself to UseReplicaSet")
        : (services as IKeyedServiceProvider)?.GetKeyedService<ReplicaSet>(name)
            ?? throw new InvalidOperationException($"The application has no replica set '{name}'. Names are case-sensitive. Register it (AddReplicaSet(\"{name}\", …)), or correct the name given to UseReplicaSet.");

    private static InvalidOperationException CreatedWithout(string what, string orElse) =>
        new($"The context needs {what} of the application's services, but was created without them. Register it with AddDbContext, AddDbContextPool or AddDbContextFactory, call UseApplicationServiceProvider, or {orElse}.");

    private static string Describe(string? name) => name is null ? "its default connection pool" : $"the connection pool '{name}'";
}
