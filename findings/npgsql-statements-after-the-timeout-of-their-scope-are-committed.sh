#!/usr/bin/env bash
# Versions: Npgsql 10.0.3 with PostgreSQL 15 (Debian 12: 15.18), System.Transactions of .NET 10.
#
# One would guess: once a TransactionScope has reached its timeout, statements on its connection fail, because its transaction has ended. Whatever the program
# still does before it leaves the scope is refused, or rolled back with the rest: the scope throws TransactionAbortedException.
# What happens: the timeout rolls back, and the connection goes on without a transaction. Each later statement is committed at once. The
# scope reports that everything was aborted, Complete or not, and what ran after the timeout stays.
#
# NuGet packages: Npgsql 10.0.3. Debian packages: postgresql-15. Needs the .NET SDK 10. Exit code 0: as described.
set -uo pipefail
source "$(dirname "$0")/../eng/findings.sh"
need_dotnet
start_postgresql

build Npgsql=10.0.3 <<'CSHARP'
using System.Transactions;
using Npgsql;

using var source = NpgsqlDataSource.Create($"Host=127.0.0.1;Port={args[0]};Username=app;Database=postgres");
Run("CREATE TABLE transfers (step int)");
var (later, outcome) = ("", "");
try
{
    using var scope = new TransactionScope(TransactionScopeOption.Required, TimeSpan.FromSeconds(1));
    using var connection = source.OpenConnection();
    new NpgsqlCommand("INSERT INTO transfers VALUES (1)", connection).ExecuteNonQuery();
    while (Transaction.Current!.TransactionInformation.Status == TransactionStatus.Active)
    {
        Thread.Sleep(50);
    }

    Thread.Sleep(200);
    later = new NpgsqlCommand("INSERT INTO transfers VALUES (2)", connection).ExecuteNonQuery() == 1 ? "done" : "nothing";
    scope.Complete();
}
catch (Exception exception)
{
    outcome = exception.GetType().Name;
}

var steps = Run("SELECT string_agg(step::text, ', ') FROM transfers");
Console.WriteLine($"the statement after the timeout: {later}; the scope: {outcome}; steps that are there: {steps}");
return (later, outcome, steps) == ("done", "TransactionAbortedException", "2") ? 0 : 1;

string? Run(string sql)
{
    using var command = source.CreateCommand(sql);
    return command.ExecuteScalar()?.ToString();
}
CSHARP
run "$PORT"
