using Cenote;
using Cenote.EntityFrameworkCore.Configuration;
using Microsoft.EntityFrameworkCore.Infrastructure;

namespace Microsoft.EntityFrameworkCore;

/// <summary>
/// Extensions of <see cref="DbContextOptionsBuilder"/> that make EF Core contexts use the connections of a pool.
/// </summary>
/// <remarks>
/// A context rents when EF Core opens its connection and returns when EF Core closes it: for each query and each
/// <c>SaveChanges</c>, or for a transaction. Call it after the database's own <c>Use…</c> method.
/// </remarks>
public static class ConnectionPoolDbContextOptionsExtensions
{
    /// <summary>Uses a pool. The caller still disposes of it.</summary>
    /// <param name="optionsBuilder">The context's options, after the database was chosen.</param>
    /// <param name="pool">A pool over the driver of that database.</param>
    /// <returns><paramref name="optionsBuilder"/>.</returns>
    /// <exception cref="InvalidOperationException">A relational database was not chosen before, or was chosen with a
    /// connection or with an internal service provider.</exception>
    public static DbContextOptionsBuilder UseConnectionPool(this DbContextOptionsBuilder optionsBuilder, ConnectionPool pool)
    {
        ArgumentNullException.ThrowIfNull(optionsBuilder);
        ArgumentNullException.ThrowIfNull(pool);
        return Use(optionsBuilder, new PoolOptionsExtension(pool));
    }

    /// <summary>
    /// Uses the pool of a name: a keyed service of the application, or a pool of its <see cref="PoolRegistry"/>. It is
    /// looked up when a context first opens a connection.
    /// </summary>
    /// <param name="optionsBuilder">The context's options, after the database was chosen.</param>
    /// <param name="poolName">The name.</param>
    /// <returns><paramref name="optionsBuilder"/>.</returns>
    /// <exception cref="InvalidOperationException">A relational database was not chosen before, or was chosen with a
    /// connection or with an internal service provider.</exception>
    public static DbContextOptionsBuilder UseConnectionPool(this DbContextOptionsBuilder optionsBuilder, string poolName)
    {
        ArgumentNullException.ThrowIfNull(optionsBuilder);
        ArgumentException.ThrowIfNullOrWhiteSpace(poolName);
        return Use(optionsBuilder, new PoolOptionsExtension(poolName));
    }

    /// <summary>Uses the application's default pool: its <see cref="ConnectionPool"/> service without a key.</summary>
    /// <param name="optionsBuilder">The context's options, after the database was chosen.</param>
    /// <returns><paramref name="optionsBuilder"/>.</returns>
    /// <exception cref="InvalidOperationException">A relational database was not chosen before, or was chosen with a
    /// connection or with an internal service provider.</exception>
    public static DbContextOptionsBuilder UseConnectionPool(this DbContextOptionsBuilder optionsBuilder)
    {
        ArgumentNullException.ThrowIfNull(optionsBuilder);
        return Use(optionsBuilder, new PoolOptionsExtension());
    }

    /// <inheritdoc cref="UseConnectionPool(DbContextOptionsBuilder, ConnectionPool)"/>
    /// <typeparam name="TContext">The context.</typeparam>
    public static DbContextOptionsBuilder<TContext> UseConnectionPool<TContext>(this DbContextOptionsBuilder<TContext> optionsBuilder, ConnectionPool pool)
        where TContext : DbContext =>
        (DbContextOptionsBuilder<TContext>)UseConnectionPool((DbContextOptionsBuilder)optionsBuilder, pool);

    /// <inheritdoc cref="UseConnectionPool(DbContextOptionsBuilder, string)"/>
    /// <typeparam name="TContext">The context.</typeparam>
    public static DbContextOptionsBuilder<TContext> UseConnectionPool<TContext>(this DbContextOptionsBuilder<TContext> optionsBuilder, string poolName)
        where TContext : DbContext =>
        (DbContextOptionsBuilder<TContext>)UseConnectionPool((DbContextOptionsBuilder)optionsBuilder, poolName);

    /// <inheritdoc cref="UseConnectionPool(DbContextOptionsBuilder)"/>
    /// <typeparam name="TContext">The context.</typeparam>
    public static DbContextOptionsBuilder<TContext> UseConnectionPool<TContext>(this DbContextOptionsBuilder<TContext> optionsBuilder)
        where TContext : DbContext =>
        (DbContextOptionsBuilder<TContext>)UseConnectionPool((DbContextOptionsBuilder)optionsBuilder);

    private static DbContextOptionsBuilder Use(DbContextOptionsBuilder optionsBuilder, PoolOptionsExtension extension)
    {
        // The pool's services wrap the services of the database's provider, which must be registered before.
        if (!optionsBuilder.Options.Extensions.OfType<RelationalOptionsExtension>().Any())
        {
            throw new InvalidOperationException("UseConnectionPool was called before a relational database was chosen. Call UseNpgsql, UseSqlite or the like first.");
        }

        // EF Core validates only when it builds services, not for each context that shares them.
        extension.Validate(optionsBuilder.Options);
        ((IDbContextOptionsBuilderInfrastructure)optionsBuilder).AddOrUpdateExtension(extension);
        return optionsBuilder;
    }
}
