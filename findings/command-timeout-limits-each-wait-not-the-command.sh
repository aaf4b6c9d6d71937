#!/usr/bin/env bash
# Versions: Npgsql 10.0.3 with PostgreSQL 15, MySqlConnector 2.6.2 with MariaDB 10.11 (Debian 12).
#
# One would guess: with CommandTimeout=1 a command is ended after about a second, and the caller gets an exception. The documentation of
# DbCommand.CommandTimeout speaks of the time to wait for the attempt to execute a command.
# What happens: both drivers begin to count again whenever data arrives. A query that returns a row every 0.7 s runs for 4 s with a timeout of
# 1 s and succeeds, holding its locks and its connection all the time. A query without rows in between is ended as one would guess.
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
    : new MySqlConnection($"Server=127.0.0.1;Port={args[1]};User ID=root");
connection.Open();
var (rows, seconds, failure) = args[0] == "postgresql"
    ? Read("SELECT repeat('x', 20000), pg_sleep(0.7) FROM generate_series(1, 6)")
    : Read("SELECT repeat('x', 20000), sleep(0.7) FROM (SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5 UNION ALL SELECT 6) n");
var alone = Read(args[0] == "postgresql" ? "SELECT pg_sleep(4)" : "SELECT sleep(4)");
Console.WriteLine($"{args[0]}: {rows} rows in {seconds:0.0} s with CommandTimeout=1: {failure}; one row after 4 s: {alone.Failure} after {alone.Seconds:0.0} s");
return rows == 6 && seconds > 3.5 && failure == "no exception" && alone.Failure != "no exception" && alone.Seconds < 3 ? 0 : 1;

(int Rows, double Seconds, string Failure) Read(string sql)
{
    using var command = connection.CreateCommand();
    (command.CommandText, command.CommandTimeout) = (sql, 1);
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
