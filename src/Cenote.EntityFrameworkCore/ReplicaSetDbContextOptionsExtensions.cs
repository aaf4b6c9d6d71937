using Cenote;
using Cenote.EntityFrameworkCore.Configuration;

namespace Microsoft.EntityFrameworkCore;

/// <summary>
/// Extensions of <see cref="DbContextOptionsBuilder"/> that make EF Core contexts use a <see cref="ReplicaSet"/>.
/// </summary>
/// <remarks>
/// A context is on the primary, except for queries that replicas may serve (<see cref="ReplicaQueries"/>) and that EF
/// Core opens a connection for. A query within a transaction, or while the context's connection is open, runs on that
/// connection. Within a <see cref="ReplicaSet.BeginCausalScope(CausalToken?)"/> each query sees the context's earlier
/// writes. Call it after the database's own <c>Use…</c> method.
/// </remarks>
public static class ReplicaSetDbContextOptionsExtensions
{
    /// <summary>Uses a replica set. The caller still disposes of it.</summary>
    /// <param name="optionsBuilder">The context's options, after the database was chosen.</param>
    /// <param name="set">A set of servers of that database.</param>
    /// <param name="queries">The queries that replicas serve.</param>
    /// <returns><paramref name="optionsBuilder"/>.</returns>
    /// <exception cref="InvalidOperationException">A relational database was not chosen before, or was chosen with a
    /// connection or with an internal service provider.</exception>
    public static DbContextOptionsBuilder UseReplicaSet(this DbContextOptionsBuilder optionsBuilder, ReplicaSet set, ReplicaQueries queries = ReplicaQueries.InReadScope)
    {
        ArgumentNullException.ThrowIfNull(optionsBuilder);
        ArgumentNullException.ThrowIfNull(set);
        return new PoolOptionsExtension(set, Defined(queries)).AddTo(optionsBuilder);
    }

    /// <summary>
    /// Uses the replica set of a name: a keyed service of the application (<c>AddReplicaSet</c>). It is looked up when
    /// a context first opens a connection.
    /// </summary>
    /// <param name="optionsBuilder">The context's options, after the database was chosen.</param>
    /// <param name="setName">The name.</param>
    /// <param name="queries">The queries that replicas serve.</param>
    /// <returns><paramref name="optionsBuilder"/>.</returns>
    /// <exception cref="InvalidOperationException">A relational database was not chosen before, or was chosen with a
    /// connection or with an internal service provider.</exception>
    public static DbContextOptionsBuilder UseReplicaSet(this DbContextOptionsBuilder optionsBuilder, string setName, ReplicaQueries queries = ReplicaQueries.InReadScope)
    {
        ArgumentNullException.ThrowIfNull(optionsBuilder);
        ArgumentException.ThrowIfNullOrWhiteSpace(setName);
        return new PoolOptionsExtension(setName, Defined(queries)).AddTo(optionsBuilder);
    }

    /// <inheritdoc cref="UseReplicaSet(DbContextOptionsBuilder, ReplicaSet, ReplicaQueries)"/>
    /// <typeparam name="TContext">The context.</typeparam>
    public static DbContextOptionsBuilder<TContext> UseReplicaSet<TContext>(
        this DbContextOptionsBuilder<TContext> optionsBuilder, ReplicaSet set, ReplicaQueries queries = ReplicaQueries.InReadScope)
        where TContext : DbContext =>
        (DbContextOptionsBuilder<TContext>)UseReplicaSet((DbContextOptionsBuilder)optionsBuilder, set, queries);

    /// <inheritdoc cref="UseReplicaSet(DbContextOptionsBuilder, string, ReplicaQueries)"/>
    /// <typeparam name="TContext">The context.</typeparam>
    public static DbContextOptionsBuilder<TContext> UseReplicaSet<TContext>(
        this DbContextOptionsBuilder<TContext> optionsBuilder, string setName, ReplicaQueries queries = ReplicaQueries.InReadScope)
        where TContext : DbContext =>
        (DbContextOptionsBuilder<TContext>)UseReplicaSet((DbContextOptionsBuilder)optionsBuilder, setName, queries);

    private static ReplicaQueries Defined(ReplicaQueries queries) => Enum.IsDefined(queries)
        ? queries
        : throw new ArgumentOutOfRangeException(nameof(queries), queries, "Use InReadScope or Untracked.");
}
