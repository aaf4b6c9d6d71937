#!/usr/bin/env bash
# Versions: DuckDB.NET.Data.Full 1.5.6.1.
#
# One would guess: SET changes the session that executes it, as in PostgreSQL, whose dialect DuckDB speaks. Another connection keeps its order of rows,
# and a connection that is closed and opened again starts with the defaults.
# What happens: it depends on the setting. integer_division and TimeZone stay with their connection; default_order and default_null_order belong to the
# database instance of the process: SET on one connection turns the results of ORDER BY on all others around, also on those opened later, until the last
# connection to the file is closed. SET SESSION stays with its connection.
#
# NuGet packages: DuckDB.NET.Data.Full 1.5.6.1. Needs the .NET SDK 10. Exit code 0: as described.
set -uo pipefail
source "$(dirname "$0")/../eng/findings.sh"
need_dotnet

build DuckDB.NET.Data.Full=1.5.6.1 <<'CSHARP'
using DuckDB.NET.Data;

DuckDBConnection Open()
{
    var connection = new DuckDBConnection($"Data Source={args[0]}");
    connection.Open();
    return connection;
}

string Run(DuckDBConnection connection, string sql)
{
    using var command = connection.CreateCommand();
    command.CommandText = sql;
    return Convert.ToString(command.ExecuteScalar(), System.Globalization.CultureInfo.InvariantCulture) ?? "";
}

const string Least = "SELECT x FROM numbers ORDER BY x LIMIT 1";
var one = Open();
var other = Open();
Run(one, "CREATE TABLE numbers AS SELECT * FROM range(1, 4) AS t(x)");
var before = (Run(other, Least), Run(other, "SELECT 7 / 2"));
Run(one, "SET default_order = 'desc'; SET integer_division = true");
var after = (Run(other, Least), Run(other, "SELECT 7 / 2"));
one.Dispose();
using var later = Open();
var lasting = Run(later, Least);
Run(later, "SET SESSION default_order = 'asc'");
var session = (Run(later, Least), Run(other, Least));
other.Dispose();
later.Dispose();
using var alone = Open();
var anew = Run(alone, Least);
Console.WriteLine($"another connection before: {before}, after: {after}; one opened later, when the first is closed: {lasting}; after SET SESSION there and elsewhere: {session}; after all were closed: {anew}");
return (before, after, lasting, session, anew) == (("1", "3.5"), ("3", "3.5"), "3", ("1", "3"), "1") ? 0 : 1;
CSHARP
run "$DIRECTORY/facts.duckdb"
