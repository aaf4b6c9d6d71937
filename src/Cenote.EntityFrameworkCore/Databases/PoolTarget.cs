namespace Cenote.EntityFrameworkCore.Databases;

/// <summary>Where a context's own connection string leads, against where its pool leads.</summary>
internal static class PoolTarget
{
    /// <summary>Refuses to create or delete one database on behalf of contexts that work in another.</summary>
    /// <param name="own">The driver's own connection, closed.</param>
    /// <param name="pool">The pool.</param>
    internal static void ThrowIfElsewhere(DbConnection own, ConnectionPool pool)
    {
        // In the driver's own words for both: the server with its port, "main" for the database of a file.
        using var pooled = pool.Provider.Factory.CreateConnection()!;
        pooled.ConnectionString = pool.ConnectionString;
        var (source, database) = (pooled.DataSource, pool.Provider.Database);
        var isSameSource = own.DataSource == source || (pool.Provider.DatabaseSystem == "sqlite" && IsSameFile(own.DataSource, source));
        var isSameDatabase = database.Length == 0 || own.Database == database || Path.GetFileName(own.DataSource) == database;
        if (!isSameSource || !isSameDatabase)
        {
            throw new InvalidOperationException(
                $"The context's own connection string leads to database '{own.Database}' on '{own.DataSource}', but its pool '{pool.Name}' to '{database}' on '{source}': one would be created or deleted, the other used. Give both the same.");
        }
    }

    private static bool IsSameFile(string own, string pooled) =>
        own.Length > 0 && pooled.Length > 0 && Path.GetFullPath(own) == Path.GetFullPath(pooled);
}
