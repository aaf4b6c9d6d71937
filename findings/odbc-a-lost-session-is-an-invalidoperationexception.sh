#!/usr/bin/env bash
# Versions: System.Data.Odbc 11.0.0, psqlODBC 13.02 and MariaDB ODBC 3.1.15 (Debian 12) with PostgreSQL 15 and MariaDB 10.11.
#
# One would guess: the first statement on a session that the server has ended throws an OdbcException with the SQLSTATE of the driver, and the next ones
# too: `catch (DbException)` sees each of them.
# What happens: both drivers report 57P01 or 08S01, and the bridge throws InvalidOperationException ("The connection has been disabled."), which ADO.NET
# uses for mistakes of the program; the driver's exception is inside. The connection is closed by that, and all that follows throws an
# InvalidOperationException without anything inside. A handler of database failures sees nothing of a server's restart.
#
# NuGet packages: System.Data.Odbc 11.0.0. Debian packages: postgresql-15, mariadb-server, odbc-postgresql, odbc-mariadb, unixodbc. Needs the .NET SDK 10.
# Exit code 0: as described.
set -uo pipefail
source "$(dirname "$0")/../eng/findings.sh"
need_dotnet
POSTGRESQL=$(ls /usr/lib/*/odbc/psqlodbcw.so 2>/dev/null) || missing psqlODBC 'odbc-postgresql and unixodbc'
MARIADB=$(ls /usr/lib/*/odbc/libmaodbc.so 2>/dev/null) || missing 'MariaDB ODBC' 'odbc-mariadb and unixodbc'

build System.Data.Odbc=11.0.0 <<'CSHARP'
using System.Data.Odbc;

var (isPostgreSql, port, driver) = (args[0] == "postgresql", args[1], args[2]);
OdbcConnection Open()
{
    var connection = new OdbcConnection($"Driver={{{driver}}};Server=127.0.0.1;Port={port};" + (isPostgreSql ? "Uid=app;Database=postgres" : "Uid=root"));
    connection.Open();
    return connection;
}

object Ask(OdbcConnection connection, string sql) => new OdbcCommand(sql, connection).ExecuteScalar();

string Fail(Action action)
{
    try
    {
        action();
        return "no failure";
    }
    catch (Exception exception)
    {
        return exception.GetType().Name + (exception.InnerException is OdbcException inner ? $" ({inner.Errors[0].SQLState} inside)" : "");
    }
}

using var administrator = Open();
using var connection = Open();
Ask(administrator, isPostgreSql
    ? $"SELECT pg_terminate_backend({Ask(connection, "SELECT pg_backend_pid()")})"
    : $"KILL {Ask(connection, "SELECT CONNECTION_ID()")}");
Thread.Sleep(500);
var first = Fail(() => Ask(connection, "SELECT 1"));
var state = connection.State;
var second = Fail(() => connection.BeginTransaction());
Console.WriteLine($"{args[0]}: {first}, then {state}, {second}");
return (first, $"{state}", second) == ($"InvalidOperationException ({(isPostgreSql ? "57P01" : "08S01")} inside)", "Closed", "InvalidOperationException") ? 0 : 1;
CSHARP
start_postgresql
run postgresql "$PORT" "$POSTGRESQL" || exit 1
kill -INT "$SERVER" && wait "$SERVER" 2>/dev/null
rm -rf "$DIRECTORY/server"
start_mariadb --skip-grant-tables --skip-networking=0
run mariadb "$PORT" "$MARIADB"
