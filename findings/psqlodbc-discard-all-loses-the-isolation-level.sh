#!/usr/bin/env bash
# Versions: System.Data.Odbc 11.0.0, psqlODBC 13.02 (Debian 12) with PostgreSQL 15.
#
# One would guess: BeginTransaction(IsolationLevel.Serializable) gives a serializable transaction, each time. A pool that cleans a session with DISCARD
# ALL, as for every other driver, is safe, because each transaction begins with its own level.
# What happens: the ODBC driver sends the level as a setting of the session, and only when it differs from the one that it sent last. DISCARD ALL resets
# that setting, which the driver does not notice. From then on each transaction of that level runs at READ COMMITTED, while its IsolationLevel property
# says Serializable, until somebody asks for another level.
#
# NuGet packages: System.Data.Odbc 11.0.0. Debian packages: postgresql-15, odbc-postgresql, unixodbc. Needs the .NET SDK 10. Exit code 0: as described.
set -uo pipefail
source "$(dirname "$0")/../eng/findings.sh"
need_dotnet
DRIVER=$(ls /usr/lib/*/odbc/psqlodbcw.so 2>/dev/null) || missing psqlODBC 'odbc-postgresql and unixodbc'
start_postgresql

build System.Data.Odbc=11.0.0 <<'CSHARP'
using System.Data;
using System.Data.Odbc;

using var connection = new OdbcConnection($"Driver={{{args[1]}}};Server=127.0.0.1;Port={args[0]};Uid=app;Database=postgres");
connection.Open();

string Level(IsolationLevel level)
{
    using var transaction = connection.BeginTransaction(level);
    var atServer = (string)new OdbcCommand("SELECT current_setting('transaction_isolation')", connection, transaction).ExecuteScalar()!;
    var told = transaction.IsolationLevel;
    transaction.Commit();
    return $"{told} is {atServer}";
}

var before = Level(IsolationLevel.Serializable);
new OdbcCommand("DISCARD ALL", connection).ExecuteNonQuery();
var after = Level(IsolationLevel.Serializable);
Level(IsolationLevel.ReadCommitted);
var again = Level(IsolationLevel.Serializable);
Console.WriteLine($"at first: {before}; after DISCARD ALL: {after}; after another level: {again}");
return (before, after, again) == ("Serializable is serializable", "Serializable is read committed", "Serializable is serializable") ? 0 : 1;
CSHARP
run "$PORT" "$DRIVER"
