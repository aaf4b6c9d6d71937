using System.Data.Common;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Cenote.EntityFrameworkCore.Databases;

/// <summary>Makes the provider's creator again, over a connection of the provider's own instead of the context's.</summary>
internal sealed class AdministrativeCreator(IServiceProvider services, RelationalDatabaseCreatorDependencies dependencies, Type creatorType)
{
    /// <summary>A creator for one task.</summary>
    /// <exception cref="InvalidOperationException">The context's connection string leads elsewhere than its pool.</exception>
    internal AdministrativeTask Begin(ConnectionPool pool)
    {
        var connection = (IRelationalConnection)ActivatorUtilities.CreateInstance(services, dependencies.Connection.GetType());
        try
        {
            Direct(connection, pool);
            var creator = ActivatorUtilities.CreateInstance(services, creatorType, dependencies with { Connection = connection }, connection);
            return new AdministrativeTask((IRelationalDatabaseCreator)creator, connection);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static void Direct(IRelationalConnection connection, ConnectionPool pool)
    {
        if (string.IsNullOrEmpty(connection.ConnectionString))
        {
            // None was given to UseNpgsql and the like. The pool's is without its password, which not every database asks for.
            connection.ConnectionString = pool.ConnectionString;
        }
        else
        {
            PoolTarget.ThrowIfElsewhere(connection.DbConnection, pool);
        }
    }
}
