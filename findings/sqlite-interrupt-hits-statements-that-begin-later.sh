#!/usr/bin/env bash
# Versions: Microsoft.Data.Sqlite 10.0.15 (SQLite of SQLitePCLRaw.bundle_e_sqlite3).
#
# One would guess: sqlite3_interrupt ends what runs at that moment, and does nothing when no call is inside SQLite; an INSERT that begins afterwards is safe.
# What happens: while any reader is open on the connection, between two rows too, the interrupt stays pending. Every statement that begins later fails
# ("interrupted"), until no statement is open any more; the transaction goes on, without the row.
# A progress handler that returns non-zero ends only the statement that is being executed, and leaves nothing pending.
#
# Needs the .NET 10 SDK and restores one NuGet package. Exit code 0: as described.
set -uo pipefail
source "$(dirname "$0")/../eng/findings.sh"
need_dotnet

build Microsoft.Data.Sqlite=10.0.15 <<'CSHARP'
using Microsoft.Data.Sqlite;
using SQLitePCL;

const string Numbers = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 100000) SELECT x FROM n";

var (insert, after) = Run(static connection => raw.sqlite3_interrupt(connection.Handle!), static connection => Try(connection, "INSERT INTO t VALUES (2)"));
var beside = "";
var (scan, _) = Run(static _ => { }, connection =>
{
    raw.sqlite3_progress_handler(connection.Handle!, 100, _ => 1, null);
    var scan = Try(connection, $"SELECT count(*) FROM ({Numbers})");
    raw.sqlite3_progress_handler(connection.Handle!, 0, null, null);
    beside = Try(connection, "INSERT INTO t VALUES (2)");
    return scan;
});
Console.WriteLine($"INSERT after an interrupt between two rows:   {insert}");
Console.WriteLine($"INSERT after the reader was closed:           {after}");
Console.WriteLine($"scan that a progress handler ended:           {scan}");
Console.WriteLine($"INSERT with the reader still open:            {beside}");
return insert.Contains("interrupted") && after == "ok" && scan.Contains("interrupted") && beside == "ok" ? 0 : 1;

static (string, string) Run(Action<SqliteConnection> between, Func<SqliteConnection, string> later)
{
    using var connection = new SqliteConnection("Data Source=:memory:;Pooling=false");
    connection.Open();
    Try(connection, "CREATE TABLE t (x)");
    Try(connection, "BEGIN");
    Try(connection, "INSERT INTO t VALUES (1)");
    using var command = connection.CreateCommand();
    command.CommandText = Numbers;
    string result;
    using (var reader = command.ExecuteReader())
    {
        reader.Read();
        between(connection);
        result = later(connection);
    }

    return (result, Try(connection, "INSERT INTO t VALUES (3)"));
}

static string Try(SqliteConnection connection, string text)
{
    using var command = connection.CreateCommand();
    command.CommandText = text;
    try { command.ExecuteNonQuery(); return "ok"; } catch (SqliteException exception) { return exception.Message; }
}
CSHARP
cd "$DIRECTORY" && run
