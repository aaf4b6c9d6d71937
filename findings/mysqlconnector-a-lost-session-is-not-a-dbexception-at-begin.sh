#!/usr/bin/env bash
# Versions: MySqlConnector 2.6.2 with MariaDB 10.11 (Debian 12).
#
# One would guess: whatever goes wrong on a connection is a DbException, as ADO.NET says of a driver's failures, so that `catch (DbException)` and what
# looks at IsTransient (retries, execution strategies, health checks) sees every lost session.
# What happens: it depends on the call that meets the lost session first. A query, a reset and GetSchema throw MySqlException. BeginTransaction, Prepare and
# ChangeDatabase, sync or async, throw MySqlEndOfStreamException, an EndOfStreamException that is not a DbException: a unit of work
# that begins with BeginTransaction on a session that the server has ended goes past every handler of database failures.
#
# NuGet packages: MySqlConnector 2.6.2. Debian packages: mariadb-server. Needs the .NET SDK 10. Exit code 0: as described.
set -uo pipefail
source "$(dirname "$0")/../eng/findings.sh"
need_dotnet
start_mariadb

build MySqlConnector=2.6.2 <<'CSHARP'
using System.Data.Common;
using MySqlConnector;

var settings = args[0];
var asDescribed = true;
await ExpectAsync("query", isDbException: true, async connection => await new MySqlCommand("SELECT 1", connection).ExecuteScalarAsync());
await ExpectAsync("reset", isDbException: true, async connection => await connection.ResetConnectionAsync());
await ExpectAsync("schema", isDbException: true, async connection => await connection.GetSchemaAsync("Tables"));
await ExpectAsync("begin, async", isDbException: false, async connection => await connection.BeginTransactionAsync());
await ExpectAsync("begin", isDbException: false, connection => Task.FromResult(connection.BeginTransaction()));
await ExpectAsync("prepare", isDbException: false, async connection => await new MySqlCommand("SELECT 1", connection).PrepareAsync());
await ExpectAsync("change of database", isDbException: false, async connection => await connection.ChangeDatabaseAsync("mysql"));
return asDescribed ? 0 : 1;

async Task ExpectAsync(string name, bool isDbException, Func<MySqlConnection, Task> call)
{
    await using var connection = new MySqlConnection(settings);
    await connection.OpenAsync();
    await EndAsync(connection.ServerThread);
    try
    {
        await call(connection);
        Console.WriteLine($"{name}: no failure");
        asDescribed = false;
    }
    catch (Exception failure)
    {
        Console.WriteLine($"{name}: {failure.GetType().Name}, {(failure is DbException ? "a" : "no")} DbException");
        asDescribed &= failure is DbException == isDbException;
    }
}

// Ends a session as its administrator would, and waits until the server has none of that number.
async Task EndAsync(int session)
{
    await using var other = new MySqlConnection(settings);
    await other.OpenAsync();
    await new MySqlCommand($"KILL {session}", other).ExecuteNonQueryAsync();
    while (Convert.ToInt64(await new MySqlCommand($"SELECT count(*) FROM information_schema.processlist WHERE id = {session}", other).ExecuteScalarAsync()) > 0)
    {
        await Task.Delay(20);
    }
}
CSHARP
run "Server=127.0.0.1;Port=$PORT;User ID=root;Pooling=false" 2>&1
STATUS=$?
[[ $STATUS -eq 0 ]] && echo "As described." || echo "Not as described (exit code $STATUS)."
exit $STATUS
