using Cenote;
using Cenote.EntityFrameworkCore.Configuration;

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
        return new PoolOptionsExtension(pool).AddTo(optionsBuilder);
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
        return new PoolOptionsExtension(poolName).AddTo(optionsBuilder);
    }

    /// <summary>Uses the application's default pool: its <see cref="ConnectionPool"/> service without a key.</summary>
    /// <param name="optionsBuilder">The context's options, after the database was chosen.</param>
    /// <returns><paramref name="optionsBuilder"/>.</returns>
    /// <exception cref="InvalidOperationException">A relational database was not chosen before, or was chosen with a
    /// connection or with an internal service provider.</exception>
    public static DbContextOptionsBuilder UseConnectionPool(this DbContextOptionsBuilder optionsBuilder)
    {
        ArgumentNullException.ThrowIfNull(optionsBuilder);
        return new PoolOptionsExtension().AddTo(optionsBuilder);
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
}
