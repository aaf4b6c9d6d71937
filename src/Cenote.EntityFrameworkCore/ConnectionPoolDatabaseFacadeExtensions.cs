using Cenote;
using Microsoft.EntityFrameworkCore.Infrastructure;

namespace Microsoft.EntityFrameworkCore;

/// <summary>Reaches the pool through a context.</summary>
public static class ConnectionPoolDatabaseFacadeExtensions
{
    /// <summary>
    /// The context's connection, as <c>GetDbConnection</c> gives it, but as its type: open it with
    /// <c>OpenConnectionAsync</c> of the context, then <see cref="PooledConnection.Unwrap"/> gives the driver's own.
    /// </summary>
    /// <param name="database">The context's <see cref="DbContext.Database"/>.</param>
    /// <exception cref="InvalidOperationException">The context uses no pool.</exception>
    public static PooledConnection GetPooledConnection(this DatabaseFacade database)
    {
        ArgumentNullException.ThrowIfNull(database);
        var connection = database.GetDbConnection();
        return connection as PooledConnection
            ?? throw new InvalidOperationException($"The context's connection is a {connection.GetType()}, not one of a pool: call UseConnectionPool where the context is configured.");
    }
}
