using Cenote.EntityFrameworkCore.Commands;
using Cenote.EntityFrameworkCore.Connections;
using Cenote.EntityFrameworkCore.Databases;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;

namespace Cenote.EntityFrameworkCore.Configuration;

/// <summary>
/// The pool of a context, in its options. The contexts of all pools share one set of internal services.
/// </summary>
internal sealed class PoolOptionsExtension : IDbContextOptionsExtension
{
    private readonly ConnectionPool? _pool;
    private readonly string? _name;
    private DbContextOptionsExtensionInfo? _info;

    internal PoolOptionsExtension()
    {
    }

    internal PoolOptionsExtension(ConnectionPool pool) => _pool = pool;

    internal PoolOptionsExtension(string name) => _name = name;

    public DbContextOptionsExtensionInfo Info => _info ??= new PoolOptionsInfo(this);

    /// <summary>Gets the name of the pool, for logs.</summary>
    internal string Description => _pool?.Name ?? _name ?? "(the application's default)";

    /// <summary>Gets the pool of a context with these options.</summary>
    /// <exception cref="InvalidOperationException">The application does not have the pool.</exception>
    internal ConnectionPool FindPool(IDbContextOptions options)
    {
        var pool = _pool ?? ApplicationPool.Find(options.FindExtension<CoreOptionsExtension>()?.ApplicationServiceProvider, _name);
        PoolCompatibility.ThrowIfDriversDiffer(pool, options);
        return pool;
    }

    public void ApplyServices(IServiceCollection services)
    {
        services.WrapEach<IInterceptorAggregator>(ConnectionAggregator.Over);
        services.AddSingleton<IInterceptor, DriverReaders>();
        services.AddSingleton<IInterceptor, TypeChanges>();
        services.Wrap<IRelationalDatabaseCreator>(PooledDatabaseCreator.Over);
    }

    public void Validate(IDbContextOptions options)
    {
        // A named pool is validated when it is found.
        if (_pool is not null)
        {
            PoolCompatibility.ThrowIfDriversDiffer(_pool, options);
        }

        if (options.Extensions.OfType<RelationalOptionsExtension>().Any(relational => relational.Connection is not null))
        {
            throw new InvalidOperationException($"The context has both a connection and the pool '{Description}', and would never use the pool. Call UseNpgsql, UseSqlite or the like without the connection, or leave UseConnectionPool out.");
        }

        if (options.FindExtension<CoreOptionsExtension>()?.InternalServiceProvider is not null)
        {
            throw new InvalidOperationException("UseConnectionPool adds services to EF Core's internal services, which UseInternalServiceProvider replaces. Remove one of the two calls.");
        }
    }
}
