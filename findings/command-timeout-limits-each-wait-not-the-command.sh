#!/usr/bin/env bash
# Versions: Npgsql 10.0.3 with PostgreSQL 15, MySqlConnector 2.6.2 with MariaDB 10.11 (Debian 12).
#
# One would guess: with CommandTimeout=2 a command is ended after about two seconds, and the caller gets an exception. DbCommand.CommandTimeout and
# NpgsqlCommand.CommandTimeout are documented as the time to wait for the attempt to execute a command. (SqlCommand alone says that each Read has the
# whole time again; MySqlConnector follows it.)
# What happens: both drivers begin to count again whenever data arrives. A query that returns a row every 0.5 s runs for 5 s with a timeout of
# 2 s and succeeds, holding its locks and its connection all the time. A query without rows in between is ended as one would guess.
#
# NuGet packages: Npgsql 10.0.3, MySqlConnector 2.6.2. Debian packages: postgresql-15, mariadb-server. Needs the .NET SDK 10. Exit code 0: as described.
set -uo pipefail
source "$(dirname "$0")/../eng/findings.sh"
need_dotnet
build Npgsql=10.0.3 MySqlConnector=2.6.2 <<'CSHARP'
using System.Data.Common;
using System.Diagnostics;
using MySqlConnector;
using Npgsql;

using DbConnection connection = args[0] == "postgresql"
    ? new NpgsqlConnection($"Host=127.0.0.1;Port={args[1]};Username=app;Database=postgres")
    : new MySqlConnection($"Server=127.0.0.1;Port={args[1]};User ID=root;Database=mysql");
connection.Open();
var (rows, seconds, failure) = args[0] == "postgresql"
    ? Read("SELECT repeat('x', 20000), pg_sleep(0.5) FROM generate_series(1, 10)")
    : Read("SELECT repeat('x', 20000), sleep(0.5) FROM seq_1_to_10");
var alone = Read(args[0] == "postgresql" ? "SELECT pg_sleep(60)" : "SELECT sleep(60)");
Console.WriteLine($"{args[0]}: {rows} rows in {seconds:0.0} s with CommandTimeout=2: {failure}; a query of one row that comes after 60 s: {alone.Failure} after {alone.Seconds:0.0} s");
return rows == 10 && seconds > 4 && failure == "no exception" && alone.Failure != "no exception" && alone.Seconds < 30 ? 0 : 1;

(int Rows, double Seconds, string Failure) Read(string sql)
{
    using var command = connection.CreateCommand();
    (command.CommandText, command.CommandTimeout) = (sql, 2);
    var (watch, count) = (Stopwatch.StartNew(), 0);
    try
    {
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            count++;
        }

        return (count, watch.Elapsed.TotalSeconds, "no exception");
    }
    catch (DbException exception)
    {
        return (count, watch.Elapsed.TotalSeconds, exception.GetType().Name);
    }
}
CSHARP
start_postgresql
run postgresql "$PORT"; postgresql=$?
kill -INT "$SERVER"; wait "$SERVER" 2>/dev/null; rm -rf "$DIRECTORY/server"
start_mariadb --skip-grant-tables --skip-networking=0
run mariadb "$PORT" && [[ $postgresql -eq 0 ]]
