#!/usr/bin/env bash
# Versions: Npgsql 10.0.3 with PostgreSQL 15 (Debian 12: 15.18).
#
# One would guess: BeginTransaction() without a level, and with IsolationLevel.Unspecified, sends BEGIN. The transaction then has the level that the
# administrator has set (default_transaction_isolation of the server, the database or the role).
# What happens: Npgsql sends BEGIN TRANSACTION ISOLATION LEVEL READ COMMITTED for both. A database that was set to serializable is serializable for
# single statements and for BEGIN as a text only. With two transactions that each check the other's row, both commit.
#
# NuGet packages: Npgsql 10.0.3. Debian packages: postgresql-15. Needs the .NET SDK 10. Exit code 0: as described.
set -uo pipefail
source "$(dirname "$0")/../eng/findings.sh"
need_dotnet
start_postgresql

build Npgsql=10.0.3 <<'CSHARP'
using System.Data;
using Npgsql;

var server = $"Host=127.0.0.1;Port={args[0]};Username=app;Database=postgres;Pooling=false";
using (var administrator = Open())
{
    Run(administrator, "ALTER DATABASE postgres SET default_transaction_isolation = 'serializable'");
    Run(administrator, "CREATE TABLE doctors (name text, on_call boolean)");
    Run(administrator, "INSERT INTO doctors VALUES ('Ada', true), ('Ben', true)");
}

using var one = Open();
using var other = Open();
var statement = Run(one, "SHOW transaction_isolation");
Run(one, "BEGIN");
var text = Run(one, "SHOW transaction_isolation");
Run(one, "ROLLBACK");
using var first = one.BeginTransaction();
using var second = other.BeginTransaction(IsolationLevel.Unspecified);
var (none, unspecified) = (Run(one, "SHOW transaction_isolation"), Run(other, "SHOW transaction_isolation"));

// Each may leave only while the other one stays. Serializable transactions would not both commit.
var (staysWithoutAda, staysWithoutBen) = (Run(one, "SELECT count(*) FROM doctors WHERE on_call"), Run(other, "SELECT count(*) FROM doctors WHERE on_call"));
Run(one, "UPDATE doctors SET on_call = false WHERE name = 'Ada'");
Run(other, "UPDATE doctors SET on_call = false WHERE name = 'Ben'");
first.Commit();
second.Commit();
var left = Run(one, "SELECT count(*) FROM doctors WHERE on_call");
Console.WriteLine($"a statement: {statement}; BEGIN: {text}; BeginTransaction(): {none}; BeginTransaction(Unspecified): {unspecified}");
Console.WriteLine($"each counted {staysWithoutAda} and {staysWithoutBen} on call and went; both committed, {left} are left");
return (statement, text, none, unspecified, left) == ("serializable", "serializable", "read committed", "read committed", "0") ? 0 : 1;

NpgsqlConnection Open()
{
    var connection = new NpgsqlConnection(server);
    connection.Open();
    return connection;
}

string? Run(NpgsqlConnection connection, string sql) => new NpgsqlCommand(sql, connection).ExecuteScalar()?.ToString();
CSHARP
run "$PORT"
