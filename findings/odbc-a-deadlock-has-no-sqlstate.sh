#!/usr/bin/env bash
# Versions: System.Data.Odbc 11.0.0, psqlODBC 13.02 (Debian 12) with PostgreSQL 15.
#
# One would guess: DbException.SqlState, which every driver with SQLSTATEs fills since .NET 5, and IsTransient tell a deadlock (40P01) from a broken rule
# (23505). ODBC is where SQLSTATE comes from, so its exceptions have it above all.
# What happens: SqlState is empty and IsTransient is false, whatever failed. The SQLSTATE stands in OdbcException.Errors and in the text of the
# message alone. A retry that looks at what ADO.NET defines never repeats a deadlock's victim, and takes a lost server for a mistake in the statement.
#
# NuGet packages: System.Data.Odbc 11.0.0. Debian packages: postgresql-15, odbc-postgresql, unixodbc. Needs the .NET SDK 10. Exit code 0: as described.
set -uo pipefail
source "$(dirname "$0")/../eng/findings.sh"
need_dotnet
DRIVER=$(ls /usr/lib/*/odbc/psqlodbcw.so 2>/dev/null) || missing psqlODBC 'odbc-postgresql and unixodbc'
start_postgresql -c deadlock_timeout=200ms

build System.Data.Odbc=11.0.0 <<'CSHARP'
using System.Data.Common;
using System.Data.Odbc;

OdbcConnection Open()
{
    var connection = new OdbcConnection($"Driver={{{args[1]}}};Server=127.0.0.1;Port={args[0]};Uid=app;Database=postgres");
    connection.Open();
    return connection;
}

void Run(OdbcConnection connection, string sql, OdbcTransaction transaction = null) => new OdbcCommand(sql, connection, transaction).ExecuteNonQuery();

string Tell(DbException exception) =>
    $"SqlState '{exception.SqlState}', IsTransient {exception.IsTransient}, Errors[0].SQLState {((OdbcException)exception).Errors[0].SQLState}";

using var one = Open();
using var other = Open();
Run(one, "CREATE TABLE stock (id int PRIMARY KEY, n int)");
Run(one, "INSERT INTO stock VALUES (1, 0), (2, 0)");
var rule = "";
try
{
    Run(one, "INSERT INTO stock VALUES (1, 0)");
}
catch (DbException exception)
{
    rule = Tell(exception);
}

var deadlock = "";
var first = one.BeginTransaction();
var second = other.BeginTransaction();
Run(one, "UPDATE stock SET n = 1 WHERE id = 1", first);
Run(other, "UPDATE stock SET n = 1 WHERE id = 2", second);
Task Cross(OdbcConnection connection, int id, OdbcTransaction transaction) => Task.Run(() =>
{
    try
    {
        Run(connection, $"UPDATE stock SET n = 2 WHERE id = {id}", transaction);
    }
    catch (DbException exception)
    {
        deadlock = Tell(exception);
        transaction.Rollback();
    }
});
await Task.WhenAll(Cross(one, 2, first), Cross(other, 1, second));
Console.WriteLine($"a row that is there: {rule}");
Console.WriteLine($"a deadlock: {deadlock}");
return (rule, deadlock) == ("SqlState '', IsTransient False, Errors[0].SQLState 23505", "SqlState '', IsTransient False, Errors[0].SQLState 40P01") ? 0 : 1;
CSHARP
run "$PORT" "$DRIVER"
