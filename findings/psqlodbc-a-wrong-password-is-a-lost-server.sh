#!/usr/bin/env bash
# Versions: System.Data.Odbc 11.0.0, psqlODBC 13.02 (Debian 12) with PostgreSQL 15, and Npgsql 10.0.3 beside it.
#
# One would guess: a refused login has a SQLSTATE of class 28, as the server sends it (28P01) and Npgsql passes it on. What
# tries again when a server is not there (08001) stops at a wrong password.
# What happens: psqlODBC connects through libpq, which passes on no SQLSTATE before the login is over. A wrong password, a database that does not exist and a
# port at which nobody listens all are 08001 with the native error 101. Only the text tells them apart, in the language
# of the server. A client that waits for its server by trying again tries a wrong password for ever.
#
# NuGet packages: System.Data.Odbc 11.0.0, Npgsql 10.0.3. Debian packages: postgresql-15, odbc-postgresql, unixodbc. Needs the .NET SDK 10.
# Exit code 0: as described.
set -uo pipefail
source "$(dirname "$0")/../eng/findings.sh"
need_dotnet
DRIVER=$(ls /usr/lib/*/odbc/psqlodbcw.so 2>/dev/null) || missing psqlODBC 'odbc-postgresql and unixodbc'
start_postgresql

build System.Data.Odbc=11.0.0 Npgsql=10.0.3 <<'CSHARP'
using System.Data.Common;
using System.Data.Odbc;
using Npgsql;

var (port, driver, data) = (args[0], args[1], args[2]);

// The program's own role logs in by password, which the server asks for from now on.
using (var administrator = new NpgsqlConnection($"Host=127.0.0.1;Port={port};Username=app;Database=postgres;Pooling=false"))
{
    administrator.Open();
    new NpgsqlCommand("CREATE ROLE shop LOGIN PASSWORD 'right'", administrator).ExecuteNonQuery();
    File.WriteAllText(Path.Combine(data, "pg_hba.conf"), "host all app 127.0.0.1/32 trust\nhost all shop 127.0.0.1/32 scram-sha-256\n");
    new NpgsqlCommand("SELECT pg_reload_conf()", administrator).ExecuteNonQuery();
}

string Fail(DbConnection connection)
{
    using (connection)
    {
        try
        {
            connection.Open();
            return "open";
        }
        catch (OdbcException exception)
        {
            return $"{exception.Errors[0].SQLState} {exception.Errors[0].NativeError}";
        }
        catch (DbException exception)
        {
            return exception.SqlState ?? "no SQLSTATE";
        }
    }
}

DbConnection Odbc(string at, string password, string database) =>
    new OdbcConnection($"Driver={{{driver}}};Server=127.0.0.1;Port={at};Uid=shop;Pwd={password};Database={database}");

// Until the server has read its settings again.
for (var tries = 0; tries < 50 && Fail(Odbc(port, "wrong", "postgres")) == "open"; tries++)
{
    Thread.Sleep(100);
}

var right = Fail(Odbc(port, "right", "postgres"));
var wrong = Fail(Odbc(port, "wrong", "postgres"));
var missing = Fail(Odbc(port, "right", "nothing"));
var refused = Fail(Odbc("1", "right", "postgres"));
var npgsql = Fail(new NpgsqlConnection($"Host=127.0.0.1;Port={port};Username=shop;Password=wrong;Database=postgres;Pooling=false"));
Console.WriteLine($"right password: {right}; wrong: {wrong}; no such database: {missing}; nobody listens: {refused}; Npgsql with a wrong password: {npgsql}");
return (right, wrong, missing, refused, npgsql) == ("open", "08001 101", "08001 101", "08001 101", "28P01") ? 0 : 1;
CSHARP
run "$PORT" "$DRIVER" "$DIRECTORY/server/data"
