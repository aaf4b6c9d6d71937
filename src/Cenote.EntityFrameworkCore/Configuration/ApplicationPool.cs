namespace Cenote.EntityFrameworkCore.Configuration;

/// <summary>Finds a pool among the application's services.</summary>
internal static class ApplicationPool
{
    /// <summary>The pool of a name, or the default one.</summary>
    /// <param name="services">The application's; <see langword="null"/> for a context that was made without
    /// them.</param>
    /// <param name="name">The pool's name; <see langword="null"/> for the default.</param>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    internal static ConnectionPool Find(IServiceProvider? services, string? name)
    {
        if (services is null)
        {
            throw new InvalidOperationException($"The context looks for {Describe(name)} among the application's services, but was made without them. Register it with AddDbContext, AddDbContextPool or AddDbContextFactory, call UseApplicationServiceProvider, or pass the pool itself to UseConnectionPool.");
        }

        if (name is null)
        {
            return services.GetService<ConnectionPool>()
                ?? throw new InvalidOperationException("The application has no default connection pool: register one (AddConnectionPool without a name), or pass a pool or its name to UseConnectionPool.");
        }

        return (services as IKeyedServiceProvider)?.GetKeyedService<ConnectionPool>(name)
            ?? (services.GetService<PoolRegistry>() is { } registry && registry.TryGet(name, out var pool) ? pool : null)
            ?? throw new InvalidOperationException($"The application has no connection pool '{name}'. Names are case-sensitive. Register it (AddConnectionPool(\"{name}\", …)), or correct the name given to UseConnectionPool.");
    }

    private static string Describe(string? name) => name is null ? "its default connection pool" : $"the connection pool '{name}'";
}
