#!/usr/bin/env bash
# Versions: Dapper 2.1.86 with Npgsql 10.0.3 and PostgreSQL 15 (Debian 12: 15.18).
#
# One would guess: leaving the loop over an unbuffered query early (break, First, Take) closes its reader, as leaving a loop over the reader itself does. The
# transaction goes on.
# What happens: Dapper first calls Cancel on the command. PostgreSQL ends the statement with an error, which Dapper and the reader's disposal
# drop, and the error aborts the transaction. The next statement fails with 25P02; if there is none, Commit returns without an exception, and
# what the transaction wrote is gone.
#
# NuGet packages: Dapper 2.1.86, Npgsql 10.0.3. Debian packages: postgresql-15. Needs the .NET SDK 10. Exit code 0: as described.
set -uo pipefail
source "$(dirname "$0")/../eng/findings.sh"
need_dotnet
start_postgresql

build Dapper=2.1.86 Npgsql=10.0.3 <<'CSHARP'
using Dapper;
using Npgsql;

using var connection = new NpgsqlConnection($"Host=127.0.0.1;Port={args[0]};Username=app;Database=postgres");
connection.Open();
connection.Execute("CREATE TABLE orders (id int)");
const string Many = "SELECT n FROM generate_series(1, 3000000) n";

var (next, afterCommit) = Leave(transaction => connection.Query<int>(Many, transaction: transaction, buffered: false).First());
var (nextOfReader, afterCommitOfReader) = Leave(transaction =>
{
    using var reader = new NpgsqlCommand(Many, connection, transaction).ExecuteReader();
    return reader.Read() ? reader.GetInt32(0) : 0;
});
Console.WriteLine($"Dapper: the next statement: {next}; without one, rows after a commit without exception: {afterCommit}");
Console.WriteLine($"reader: the next statement: {nextOfReader}; without one, rows after a commit without exception: {afterCommitOfReader}");
return (next, afterCommit, nextOfReader, afterCommitOfReader) == ("25P02", 0, "done", 1) ? 0 : 1;

(string Next, int AfterCommit) Leave(Func<NpgsqlTransaction, int> read)
{
    string next;
    using (var transaction = connection.BeginTransaction())
    {
        read(transaction);
        try
        {
            connection.Execute("SELECT 1", transaction: transaction);
            next = "done";
        }
        catch (PostgresException exception)
        {
            next = exception.SqlState;
        }
    }

    connection.Execute("TRUNCATE orders");
    using (var transaction = connection.BeginTransaction())
    {
        connection.Execute("INSERT INTO orders VALUES (1)", transaction: transaction);
        read(transaction);
        transaction.Commit();
    }

    return (next, connection.ExecuteScalar<int>("SELECT count(*) FROM orders"));
}
CSHARP
run "$PORT"
