#!/usr/bin/env bash
# Versions: MySqlConnector 2.6.2 with MariaDB 10.11 (Debian 12).
#
# One would guess: the isolation level of BeginTransaction is that of this transaction, and BeginTransaction() without one takes the session's level.
# What happens: the driver sends SET SESSION TRANSACTION ISOLATION LEVEL, also for BeginTransaction(), which names REPEATABLE READ. After the
# transaction the level stays: for single statements, and for START TRANSACTION as a text. A session (or a server) that was set to serializable
# is not any more after one BeginTransaction(), and after one with ReadUncommitted single queries read what others have not committed.
# The driver's own pool resets the level when the connection is closed.
#
# NuGet packages: MySqlConnector 2.6.2. Debian packages: mariadb-server. Needs the .NET SDK 10. Exit code 0: as described.
set -uo pipefail
source "$(dirname "$0")/../eng/findings.sh"
need_dotnet
start_mariadb --skip-grant-tables --skip-networking=0 --transaction-isolation=SERIALIZABLE

build MySqlConnector=2.6.2 <<'CSHARP'
using System.Data;
using MySqlConnector;

using var one = Open();
using var other = Open();
Ask(one, "CREATE DATABASE shop; CREATE TABLE shop.stock (n int); INSERT INTO shop.stock VALUES (0)");
var before = Ask(one, "SELECT @@tx_isolation");
one.BeginTransaction().Rollback();
var afterNone = Ask(one, "SELECT @@tx_isolation");
one.BeginTransaction(IsolationLevel.ReadUncommitted).Rollback();
var afterUncommitted = Ask(one, "SELECT @@tx_isolation");
using var writing = other.BeginTransaction();
new MySqlCommand("UPDATE shop.stock SET n = 7", other, writing).ExecuteNonQuery();
var read = Ask(one, "SELECT n FROM shop.stock");
writing.Rollback();
one.Close();
one.Open();
var afterReset = Ask(one, "SELECT @@tx_isolation");
Console.WriteLine($"the session's level: {before}; after BeginTransaction(): {afterNone}; after BeginTransaction(ReadUncommitted): {afterUncommitted}; closed and opened: {afterReset}");
Console.WriteLine($"a single query then read {read}, which another session had written and rolled back later");
return (before, afterNone, afterUncommitted, afterReset, read) == ("SERIALIZABLE", "REPEATABLE-READ", "READ-UNCOMMITTED", "SERIALIZABLE", "7") ? 0 : 1;

MySqlConnection Open()
{
    var connection = new MySqlConnection($"Server=127.0.0.1;Port={args[0]};User ID=root");
    connection.Open();
    return connection;
}

string? Ask(MySqlConnection connection, string sql) => new MySqlCommand(sql, connection).ExecuteScalar()?.ToString();
CSHARP
run "$PORT"
