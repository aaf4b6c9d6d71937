using System.Data.Common;

namespace Cenote.EntityFrameworkCore.Databases;

/// <summary>Where a context's own connection string leads, against where its pool leads.</summary>
internal static class PoolTarget
{
    /// <summary>Refuses to create or delete one database on behalf of contexts that work in another.</summary>
    /// <param name="own">The driver's own connection, closed.</param>
    /// <param name="pool">The pool.</param>
    internal static void ThrowIfElsewhere(DbConnection own, ConnectionPool pool)
    {
        var (source, database) = (pool.Provider.DataSource, pool.Provider.Database);

        // Drivers name the server with a scheme and a port, and the database of a file "main".
        var isSameSource = own.DataSource.Contains(source, StringComparison.OrdinalIgnoreCase);
        var isSameDatabase = database.Length == 0 || own.Database == database || Path.GetFileName(own.DataSource) == database;
        if (!isSameSource || !isSameDatabase)
        {
            throw new InvalidOperationException(
                $"The context's own connection string leads to database '{own.Database}' on '{own.DataSource}', but its pool '{pool.Name}' to '{database}' on '{source}': one would be created or deleted, the other used. Give both the same.");
        }
    }
}
