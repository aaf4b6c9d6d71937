#!/usr/bin/env bash
# Versions: Microsoft.Data.Sqlite 10.0.15 (SQLite 3 of its own bundle).
#
# One would guess: where waiting cannot help, the failure comes at once. SQLite has an answer of its own for that: SQLITE_BUSY_SNAPSHOT of a
# transaction that has read before another one wrote, and SQLITE_BUSY without the busy handler for two readers that both want to write.
# What happens: the driver repeats the statement after every SQLITE_BUSY until CommandTimeout ends (30 s by default), also after these two. The caller waits
# for the whole timeout, holds its read lock meanwhile, and then fails. The extended code that tells the first from a lock stands in the exception.
#
# NuGet packages: Microsoft.Data.Sqlite 10.0.15. Needs the .NET SDK 10. Exit code 0: as described.
set -uo pipefail
source "$(dirname "$0")/../eng/findings.sh"
need_dotnet

build Microsoft.Data.Sqlite=10.0.15 <<'CSHARP'
using System.Diagnostics;
using Microsoft.Data.Sqlite;

var (code, seconds) = Write("wal");
var (rollbackCode, rollbackSeconds) = Write("delete");
Console.WriteLine($"a snapshot that is old: extended code {code} (517: SQLITE_BUSY_SNAPSHOT) after {seconds:0.0} s, with a timeout of 3 s");
Console.WriteLine($"two readers that both write: extended code {rollbackCode} (5: SQLITE_BUSY) after {rollbackSeconds:0.0} s");
return (code, rollbackCode) == (517, 5) && seconds >= 2.9 && rollbackSeconds >= 2.9 ? 0 : 1;

(int Code, double Seconds) Write(string journal)
{
    using var one = Open(journal);
    using var other = Open(journal);
    Run(one, "CREATE TABLE stock (n int); INSERT INTO stock VALUES (0)");
    using var first = one.BeginTransaction(deferred: true);
    Run(one, "SELECT n FROM stock");
    using var second = other.BeginTransaction(deferred: true);
    Run(other, "SELECT n FROM stock");
    Run(other, "UPDATE stock SET n = 1");
    if (journal == "wal")
    {
        second.Commit(); // has ended: no lock is left
    }

    var watch = Stopwatch.StartNew();
    try
    {
        Run(one, "UPDATE stock SET n = 2");
        return (0, 0);
    }
    catch (SqliteException exception)
    {
        return (exception.SqliteExtendedErrorCode, watch.Elapsed.TotalSeconds);
    }
}

SqliteConnection Open(string journal)
{
    var connection = new SqliteConnection($"Data Source={Path.Combine(args[0], journal)}.db;Default Timeout=3;Pooling=false");
    connection.Open();
    Run(connection, $"PRAGMA journal_mode = {journal}");
    return connection;
}

void Run(SqliteConnection connection, string sql)
{
    using var command = connection.CreateCommand();
    command.CommandText = sql;
    command.ExecuteScalar();
}
CSHARP
run "$DIRECTORY"
