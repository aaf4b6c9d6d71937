#!/usr/bin/env bash
# Versions: Npgsql 10.0.3 with PostgreSQL 15, MySqlConnector 2.6.2 with MariaDB 10.11 (Debian 12), System.Transactions of .NET 10.
#
# One would guess: once a TransactionScope has reached its timeout, statements on its connection fail, because its transaction has ended. Whatever the program
# still does before it leaves the scope is refused, or rolled back with the rest: the scope throws TransactionAbortedException.
# What happens: the timeout rolls back, and the connection goes on without a transaction. Each later statement is committed at once. The
# scope reports that everything was aborted, Complete or not, and what ran after the timeout stays.
#
# NuGet packages: Npgsql 10.0.3, MySqlConnector 2.6.2. Debian packages: postgresql-15, mariadb-server. Needs the .NET SDK 10. Exit code 0: as described.
set -uo pipefail
source "$(dirname "$0")/../eng/findings.sh"
need_dotnet
build Npgsql=10.0.3 MySqlConnector=2.6.2 <<'CSHARP'
using System.Data.Common;
using System.Transactions;
using MySqlConnector;
using Npgsql;

using DbDataSource source = args[0] == "postgresql"
    ? NpgsqlDataSource.Create($"Host=127.0.0.1;Port={args[1]};Username=app;Database=postgres")
    : new MySqlDataSource($"Server=127.0.0.1;Port={args[1]};User ID=root;Database=mysql");
Run("CREATE TABLE transfers (step int)");
var (later, outcome) = ("", "");
using var ended = new ManualResetEventSlim();
try
{
    using var scope = new TransactionScope(TransactionScopeOption.Required, TimeSpan.FromSeconds(3));
    using var connection = source.OpenConnection();
    Execute(connection, "INSERT INTO transfers VALUES (1)");

    // Told once the connection has rolled back.
    Transaction.Current!.TransactionCompleted += (_, _) => ended.Set();
    ended.Wait();
    later = Execute(connection, "INSERT INTO transfers VALUES (2)") == 1 ? "done" : "nothing";
    scope.Complete();
}
catch (Exception exception)
{
    outcome = exception.GetType().Name;
}

var steps = $"{Run("SELECT count(*) FROM transfers WHERE step = 1")} of 1, {Run("SELECT count(*) FROM transfers WHERE step = 2")} of 2";
Console.WriteLine($"{args[0]}: the statement after the timeout: {later}; the scope: {outcome}; rows of the steps that are there: {steps}");
return (later, outcome, steps) == ("done", "TransactionAbortedException", "0 of 1, 1 of 2") ? 0 : 1;

int Execute(DbConnection connection, string sql)
{
    using var command = connection.CreateCommand();
    command.CommandText = sql;
    return command.ExecuteNonQuery();
}

string? Run(string sql)
{
    using var command = source.CreateCommand(sql);
    return command.ExecuteScalar()?.ToString();
}
CSHARP
start_postgresql
run postgresql "$PORT"; postgresql=$?
kill -INT "$SERVER"; wait "$SERVER" 2>/dev/null; rm -rf "$DIRECTORY/server"
start_mariadb --skip-grant-tables --skip-networking=0
run mariadb "$PORT" && [[ $postgresql -eq 0 ]]
