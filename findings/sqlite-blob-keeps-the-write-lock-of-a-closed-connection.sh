#!/usr/bin/env bash
# Versions: Microsoft.Data.Sqlite 10.0.15 (SQLite of SQLitePCLRaw.bundle_e_sqlite3), write-ahead logging.
#
# One would guess: closing a connection ends its transaction and frees its locks, whatever was left open on it; and ROLLBACK ends a write.
# What happens: a SqliteBlob that was opened for writing keeps the write lock after SqliteConnection.Dispose, for every process, until the blob is disposed of
# or collected. ROLLBACK is refused ("no transaction is active"), because the blob writes outside of one; BEGIN and then ROLLBACK, before the connection is
# closed, end it, and the blob fails from then on.
#
# Needs the .NET 10 SDK and restores one NuGet package. Exit code 0: as described.
set -uo pipefail
source "$(dirname "$0")/../eng/findings.sh"
need_dotnet

build Microsoft.Data.Sqlite=10.0.15 <<'CSHARP'
using Microsoft.Data.Sqlite;

var text = "Data Source=shop.db;Pooling=false;Default Timeout=1";
using var writer = Open();
Run(writer, "PRAGMA journal_mode=WAL");
Run(writer, "CREATE TABLE t (id INTEGER PRIMARY KEY, data BLOB); INSERT INTO t VALUES (1, x'01020304')");

var closed = Open();
var kept = new SqliteBlob(closed, "t", "data", 1);
kept.Write([9]);
closed.Dispose();
var afterClose = Try(writer, "INSERT INTO t (data) VALUES (x'02')");
kept.Dispose();
var afterDispose = Try(writer, "INSERT INTO t (data) VALUES (x'02')");

using var open = Open();
using var blob = new SqliteBlob(open, "t", "data", 1);
blob.Write([9]);
var rollback = Try(open, "ROLLBACK");
var afterRollback = Try(writer, "INSERT INTO t (data) VALUES (x'03')");
Run(open, "BEGIN");
Run(open, "ROLLBACK");
var afterBoth = Try(writer, "INSERT INTO t (data) VALUES (x'03')");
var late = "ok";
try { blob.Write([9]); } catch (SqliteException exception) { late = exception.Message; }

Console.WriteLine($"write after the connection was closed:  {afterClose}");
Console.WriteLine($"write after the blob was disposed of:   {afterDispose}");
Console.WriteLine($"ROLLBACK with an open blob:             {rollback}");
Console.WriteLine($"write after that:                       {afterRollback}");
Console.WriteLine($"write after BEGIN and ROLLBACK:         {afterBoth}");
Console.WriteLine($"the blob afterwards:                    {late}");
return afterClose.Contains("locked") && afterDispose == "ok" && rollback.Contains("no transaction") && afterRollback.Contains("locked")
    && afterBoth == "ok" && late.Contains("ROLLBACK") ? 0 : 1;

SqliteConnection Open()
{
    var connection = new SqliteConnection(text);
    connection.Open();
    return connection;
}

void Run(SqliteConnection connection, string sql)
{
    using var command = connection.CreateCommand();
    command.CommandText = sql;
    command.ExecuteNonQuery();
}

string Try(SqliteConnection connection, string sql)
{
    try
    {
        Run(connection, sql);
        return "ok";
    }
    catch (SqliteException exception)
    {
        return exception.Message;
    }
}
CSHARP
cd "$DIRECTORY" && run
