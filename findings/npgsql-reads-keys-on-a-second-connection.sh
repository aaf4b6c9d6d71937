#!/usr/bin/env bash
# Versions: Npgsql 10.0.3 with PostgreSQL 15 (Debian 12: 15.18).
#
# One would guess: GetSchemaTable of a reader answers from the reader's own connection, as the other readers' methods do. A pool of one connection
# is enough for a program that holds one.
# What happens: with CommandBehavior.KeyInfo (data adapters with AddWithKey, command builders), Npgsql opens a second connection of the same pool to
# read the keys. With Maximum Pool Size=1 it waits for the whole Timeout and fails: the pool is exhausted by its only user. Outside the
# caller's transaction, it does not know a table that the transaction has created: that column has no key.
#
# NuGet packages: Npgsql 10.0.3. Debian packages: postgresql-15. Needs the .NET SDK 10. Exit code 0: as described.
set -uo pipefail
source "$(dirname "$0")/../eng/findings.sh"
need_dotnet
start_postgresql

build Npgsql=10.0.3 <<'CSHARP'
using System.Data;
using System.Diagnostics;
using Npgsql;

var server = $"Host=127.0.0.1;Port={args[0]};Username=app;Database=postgres;Timeout=2;";
using (var setUp = new NpgsqlConnection(server))
{
    setUp.Open();
    new NpgsqlCommand("CREATE TABLE orders (id int PRIMARY KEY)", setUp).ExecuteNonQuery();
}

var alone = Ask("Maximum Pool Size=1", CommandBehavior.KeyInfo, "SELECT id FROM orders");
var plain = Ask("Maximum Pool Size=1", CommandBehavior.Default, "SELECT id FROM orders");
var two = Ask("Maximum Pool Size=2", CommandBehavior.KeyInfo, "SELECT id FROM orders");
var inside = Ask("Maximum Pool Size=2", CommandBehavior.KeyInfo, "CREATE TABLE mine (id int PRIMARY KEY); SELECT id FROM mine");
Console.WriteLine($"one connection: {alone}\none connection, no keys asked for: {plain}\ntwo connections: {two}\ntwo, a table of the transaction: {inside}");
return alone.StartsWith("exhausted", StringComparison.Ordinal) && plain == "no key" && two == "key" && inside == "no key" ? 0 : 1;

string Ask(string settings, CommandBehavior behavior, string sql)
{
    using var source = NpgsqlDataSource.Create(server + settings);
    using var connection = source.OpenConnection();
    using var transaction = connection.BeginTransaction();
    using var command = new NpgsqlCommand(sql, connection);
    using var reader = command.ExecuteReader(behavior);
    var watch = Stopwatch.StartNew();
    try
    {
        return reader.GetSchemaTable()!.Rows[0]["IsKey"] is true ? "key" : "no key";
    }
    catch (NpgsqlException exception) when (exception.InnerException is TimeoutException)
    {
        return $"exhausted after {watch.Elapsed.TotalSeconds:0} s: {exception.Message}";
    }
}
CSHARP
run "$PORT"
