using System.Collections.Concurrent;
using Cenote.EntityFrameworkCore.Configuration;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;

namespace Cenote.EntityFrameworkCore.Connections;

/// <summary>
/// An interceptor that gives each context a connection of its pool when EF Core is about to create the driver's. EF
/// Core then opens and closes it like its own.
/// </summary>
/// <param name="theirs">The user's interceptors, or <see langword="null"/>. They get every call, as without this
/// interceptor.</param>
internal sealed partial class ConnectionSupplier(IDbConnectionInterceptor? theirs) : IDbConnectionInterceptor
{
    // The call site in reports, because EF Core's own source would be named otherwise.
    private static readonly ConcurrentDictionary<Type, string> s_holders = new();

    public InterceptionResult<DbConnection> ConnectionCreating(ConnectionCreatingEventData eventData, InterceptionResult<DbConnection> result)
    {
        result = theirs?.ConnectionCreating(eventData, result) ?? result;
        if (result.HasResult || eventData.Context is not { } context
            || context.GetService<IRelationalConnection>() is not { } relational
            || relational.ConnectionId != eventData.ConnectionId)
        {
            // Providers also create their own connections, to create databases and to check whether they exist.
            return result;
        }

        var options = context.GetService<IDbContextOptions>();
        if (options.FindExtension<PoolOptionsExtension>() is not { } extension)
        {
            return result;
        }

        var pool = extension.FindPool(options);
        PoolCompatibility.ThrowIfConnectionStringDiffers(pool, options, relational, eventData.ConnectionString, context);
        var connection = extension.CreateConnection(options, pool, HolderOf(context));

        // Execution strategies, and checks whether a database exists, know only their driver's exceptions.
        connection.UnwrapDriverExceptions = true;
        ProviderSetUp.Attach(connection, context, relational);
        return InterceptionResult<DbConnection>.SuppressWithResult(connection);
    }

    private static string HolderOf(DbContext context) => s_holders.GetOrAdd(context.GetType(), static type => type.Name);
}
