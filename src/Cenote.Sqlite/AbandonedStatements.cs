using SQLitePCL;

namespace Cenote.Sqlite;

/// <summary>
/// The end of statements that a lease left running and the driver does not end: a <c>SqliteBlob</c> that was not
/// disposed of.
/// </summary>
/// <remarks>
/// SQLite keeps a closed connection with its locks until the holder or the garbage collector closes its last blob. The
/// pool cannot find the blob, because neither the driver nor SQLite lists it. A rollback ends its transaction instead.
/// A schema change within it makes SQLite abort read-only cursors too. With write-ahead logging no lock that stops a
/// writer is left; with a rollback journal, or a memory database with a shared cache, the lock to read stays until the
/// blob is closed.
/// </remarks>
internal static class AbandonedStatements
{
    /// <summary>Rolls back their changes. From here on each of them fails with "abort due to ROLLBACK".</summary>
    internal static void End(sqlite3 database)
    {
        // The connection is closed afterwards. Each step may fail, and the last must run in any case.
        _ = raw.sqlite3_exec(database, "PRAGMA query_only=0; BEGIN");
        _ = raw.sqlite3_exec(database, "CREATE TEMP TABLE cenote_abandoned(x)");
        _ = raw.sqlite3_exec(database, "ROLLBACK");
    }

    /// <summary>
    /// Rolls back changes outside the holder's transaction, on a connection that is already read-only.
    /// </summary>
    internal static void EndWrites(sqlite3 database)
    {
        _ = raw.sqlite3_exec(database, "BEGIN");
        _ = raw.sqlite3_exec(database, "ROLLBACK");
    }
}
