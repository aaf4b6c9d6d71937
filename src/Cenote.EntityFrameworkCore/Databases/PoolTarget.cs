namespace Cenote.EntityFrameworkCore.Databases;

/// <summary>The comparison of a context's connection string with the target of its pool.</summary>
internal static class PoolTarget
{
    /// <summary>Throws when contexts would create or delete another database than they use.</summary>
    /// <param name="own">The driver's own connection, closed.</param>
    /// <param name="pool">The pool.</param>
    internal static void ThrowIfElsewhere(DbConnection own, ConnectionPool pool)
    {
        // Both as the driver shows them: the server with its port, "main" for the database of a file.
        using var pooled = pool.Provider.Factory.CreateConnection()!;
        pooled.ConnectionString = pool.ConnectionString;
        var (source, database) = (pooled.DataSource, pool.Provider.Database);
        var isSameSource = own.DataSource == source || (pool.Provider.DatabaseSystem == "sqlite" && IsSameFile(own.DataSource, source));
        var isSameDatabase = database.Length == 0 || own.Database == database || Path.GetFileName(own.DataSource) == database;
        if (!isSameSource || !isSameDatabase)
        {
            throw new InvalidOperationException(
                $"The context's connection string connects to database '{own.Database}' on '{own.DataSource}', but its pool '{pool.Name}' to '{database}' on '{source}'. One would be created or deleted, and the other used. Use the same database for both.");
        }
    }

    private static bool IsSameFile(string own, string pooled) =>
        own.Length > 0 && pooled.Length > 0 && Path.GetFullPath(own) == Path.GetFullPath(pooled);
}
