using System.Collections.Concurrent;
using Cenote.EntityFrameworkCore.Configuration;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;

namespace Cenote.EntityFrameworkCore.Connections;

/// <summary>
/// Gives each context a connection of its pool when EF Core is about to make the driver's. EF Core then opens and
/// closes it as it would its own.
/// </summary>
/// <param name="theirs">The user's interceptors; <see langword="null"/> for none. They hear everything, as if this were
/// not here.</param>
internal sealed partial class ConnectionSupplier(IDbConnectionInterceptor? theirs) : IDbConnectionInterceptor
{
    // What a report calls the holder: EF Core's own source would be named otherwise.
    private static readonly ConcurrentDictionary<Type, string> s_holders = new();

    public InterceptionResult<DbConnection> ConnectionCreating(ConnectionCreatingEventData eventData, InterceptionResult<DbConnection> result)
    {
        result = theirs?.ConnectionCreating(eventData, result) ?? result;
        if (result.HasResult || eventData.Context is not { } context
            || context.GetService<IRelationalConnection>() is not { } relational
            || relational.ConnectionId != eventData.ConnectionId)
        {
            // Providers make connections of their own beside the context's, to create databases and to look whether
            // they exist.
            return result;
        }

        var options = context.GetService<IDbContextOptions>();
        if (options.FindExtension<PoolOptionsExtension>() is not { } extension)
        {
            return result;
        }

        var pool = extension.FindPool(options);
        PoolCompatibility.ThrowIfUnfit(pool, options, relational, eventData.ConnectionString, context);
        var connection = pool.CreateConnection(HolderOf(context), 0, "EF Core");

        // Execution strategies, and providers that ask whether a database is there, know their driver's exceptions
        // only.
        connection.UnwrapDriverExceptions = true;
        ProviderSetUp.Attach(connection, context, relational);
        return InterceptionResult<DbConnection>.SuppressWithResult(connection);
    }

    private static string HolderOf(DbContext context) => s_holders.GetOrAdd(context.GetType(), static type => type.Name);
}
