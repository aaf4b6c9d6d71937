using SQLitePCL;

namespace Cenote.Sqlite;

/// <summary>
/// Ends what a lease left running on its connection and the driver does not end with it: a <c>SqliteBlob</c> that was
/// not disposed of.
/// </summary>
/// <remarks>
/// SQLite keeps a closed connection, with its locks, until the last blob on it is closed, which is the holder's to do
/// or the garbage collector's. The pool cannot find the blob, because neither the driver nor SQLite lists it. A
/// rollback ends its transaction instead: a schema change within makes SQLite abort the cursors that only read, too.
/// With write-ahead logging no lock that stops a writer is left; with a rollback journal, or a memory database with a
/// shared cache, the lock to read stays until the blob is closed.
/// </remarks>
internal static class AbandonedStatements
{
    /// <summary>Rolls back what they wrote. From here on each of them fails with "abort due to ROLLBACK".</summary>
    internal static void End(sqlite3 database)
    {
        // The connection is closed afterwards. Each step may fail, and the last must run in any case.
        _ = raw.sqlite3_exec(database, "PRAGMA query_only=0; BEGIN");
        _ = raw.sqlite3_exec(database, "CREATE TEMP TABLE cenote_abandoned(x)");
        _ = raw.sqlite3_exec(database, "ROLLBACK");
    }

    /// <summary>
    /// Rolls back what was written outside a transaction of the holder's, on a connection that is read-only by now.
    /// </summary>
    internal static void EndWrites(sqlite3 database)
    {
        _ = raw.sqlite3_exec(database, "BEGIN");
        _ = raw.sqlite3_exec(database, "ROLLBACK");
    }
}
