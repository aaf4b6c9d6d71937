#!/usr/bin/env bash
# Versions: Npgsql 10.0.3 with PostgreSQL 15 (Debian 12).
#
# One would guess: a TransactionScope that was completed has committed when Dispose returns, or Dispose throws TransactionAbortedException. Inside the
# scope a statement failed and the program caught that, as one does with a row that is there already.
# What happens: PostgreSQL answers the COMMIT of a failed transaction with the tag ROLLBACK and without an error, and the driver does not compare the
# tag. Dispose returns, TransactionCompleted says Committed, and no row of the scope is there. The same with NpgsqlTransaction.Commit.
#
# NuGet packages: Npgsql 10.0.3. Debian packages: postgresql-15. Needs the .NET SDK 10. Exit code 0: as described.
set -uo pipefail
source "$(dirname "$0")/../eng/findings.sh"
need_dotnet
start_postgresql

build Npgsql=10.0.3 <<'CSHARP'
using System.Transactions;
using Npgsql;

var connectionString = $"Host=127.0.0.1;Port={args[0]};Username=app;Database=postgres;Enlist=true";
await using var source = NpgsqlDataSource.Create(connectionString);
void Run(NpgsqlConnection connection, string sql) => new NpgsqlCommand(sql, connection).ExecuteNonQuery();
void TryAgain(NpgsqlConnection connection)
{
    Run(connection, "INSERT INTO orders VALUES (2)");
    try
    {
        Run(connection, "INSERT INTO orders VALUES (1)");
    }
    catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.UniqueViolation)
    {
        // It is there already.
    }
}

object Count() => source.CreateCommand("SELECT count(*) FROM orders").ExecuteScalar()!;

source.CreateCommand("CREATE TABLE orders (id int PRIMARY KEY); INSERT INTO orders VALUES (1)").ExecuteNonQuery();

var status = TransactionStatus.Active;
using (var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled))
{
    Transaction.Current!.TransactionCompleted += (_, e) => status = e.Transaction!.TransactionInformation.Status;
    using var connection = source.OpenConnection();
    TryAgain(connection);
    scope.Complete();
}

Console.WriteLine($"scope: {status}, {Count()} row of 2");
var afterScope = (long)Count();

using (var connection = source.OpenConnection())
{
    using var transaction = connection.BeginTransaction();
    TryAgain(connection);
    transaction.Commit();
}

Console.WriteLine($"Commit: no exception, {Count()} row of 2");
return status == TransactionStatus.Committed && afterScope == 1 && (long)Count() == 1 ? 0 : 1;
CSHARP
run "$PORT"
