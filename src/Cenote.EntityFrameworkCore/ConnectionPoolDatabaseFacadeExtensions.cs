using Cenote;
using Microsoft.EntityFrameworkCore.Infrastructure;

namespace Microsoft.EntityFrameworkCore;

/// <summary>Extensions of <see cref="DatabaseFacade"/> for the pool of a context.</summary>
public static class ConnectionPoolDatabaseFacadeExtensions
{
    /// <summary>
    /// Gets the context's connection, the same as <c>GetDbConnection</c>, as its own type. Open it with
    /// <c>OpenConnectionAsync</c> of the context. <see cref="PooledConnection.Unwrap"/> then gets the driver's
    /// connection.
    /// </summary>
    /// <param name="database">The context's <see cref="DbContext.Database"/>.</param>
    /// <exception cref="InvalidOperationException">The context does not use a pool.</exception>
    public static PooledConnection GetPooledConnection(this DatabaseFacade database)
    {
        ArgumentNullException.ThrowIfNull(database);
        var connection = database.GetDbConnection();
        return connection as PooledConnection
            ?? throw new InvalidOperationException($"The context's connection is a {connection.GetType()}, not a connection of a pool. Call UseConnectionPool where the context is configured.");
    }
}
