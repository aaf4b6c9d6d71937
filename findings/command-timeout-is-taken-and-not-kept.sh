#!/usr/bin/env bash
# Versions: DuckDB.NET.Data.Full 1.5.6.1; System.Data.Odbc 11.0.0 with MariaDB ODBC 3.1.15 on MariaDB 10.11, and with sqliteodbc 0.9998 (Debian 12).
#
# One would guess: CommandTimeout = 1 ends a statement after a second, or the driver refuses the setting (NotSupportedException, "Optional feature not
# implemented"), as ADO.NET and ODBC define it.
# What happens: all three take the value, and the statement runs to its end, for as long as that takes; nothing is thrown then either. Cancel ends it at once
# on each of them, so a limit is kept only by a clock of one's own.
#
# NuGet packages: DuckDB.NET.Data.Full 1.5.6.1, System.Data.Odbc 11.0.0. Debian packages: mariadb-server, odbc-mariadb, libsqliteodbc, unixodbc. Needs the
# .NET SDK 10. Exit code 0: as described.
set -uo pipefail
source "$(dirname "$0")/../eng/findings.sh"
need_dotnet
MARIADB=$(ls /usr/lib/*/odbc/libmaodbc.so 2>/dev/null) || missing 'MariaDB ODBC' 'odbc-mariadb and unixodbc'
SQLITE=$(ls /usr/lib/*/odbc/libsqlite3odbc.so 2>/dev/null) || missing sqliteodbc 'libsqliteodbc and unixodbc'
start_mariadb --skip-grant-tables --skip-networking=0

build DuckDB.NET.Data.Full=1.5.6.1 System.Data.Odbc=11.0.0 <<'CSHARP'
using System.Data.Common;
using System.Data.Odbc;
using System.Diagnostics;
using DuckDB.NET.Data;

var (port, mariadb, sqlite, directory) = (args[0], args[1], args[2], args[3]);

// How long the statement ran, in seconds, and whether it ended by an exception.
(double Seconds, bool Failed) Run(DbConnection connection, string sql, int timeout, int? cancelAfter)
{
    using var command = connection.CreateCommand();
    (command.CommandText, command.CommandTimeout) = (sql, timeout);
    var started = Stopwatch.GetTimestamp();
    using var cancel = cancelAfter is { } due ? new Timer(_ => command.Cancel(), null, due, Timeout.Infinite) : null;
    try
    {
        command.ExecuteScalar();
        return (Stopwatch.GetElapsedTime(started).TotalSeconds, false);
    }
    catch (Exception)
    {
        return (Stopwatch.GetElapsedTime(started).TotalSeconds, true);
    }
}

bool IsIgnored(string name, DbConnection connection, Func<long, string> work)
{
    using (connection)
    {
        connection.Open();

        // A statement that takes several seconds on this machine.
        var size = 1L;
        (double Seconds, bool Failed) ran;
        do
        {
            size *= 2;
            ran = Run(connection, work(size), 1, null);
        }
        while (ran.Seconds < 3 && !ran.Failed);

        var cancelled = Run(connection, work(size), 1, cancelAfter: 300);
        Console.WriteLine($"{name}: with CommandTimeout = 1 the statement {(ran.Failed ? "failed" : "ended well")} after {ran.Seconds:0.0} s; with Cancel after 0.3 s it {(cancelled.Failed ? "failed" : "ended well")} after {cancelled.Seconds:0.0} s");
        return !ran.Failed && cancelled.Failed && cancelled.Seconds < ran.Seconds / 2;
    }
}

const string Counted = "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r LIMIT {0}) SELECT max(n) FROM r";
var duck = IsIgnored("DuckDB.NET", new DuckDBConnection($"Data Source={directory}/facts.duckdb"), size => $"SELECT count(*) FROM range({size * 10_000_000}) AS t(x) WHERE x % 7 = 1");
var lite = IsIgnored("sqliteodbc", new OdbcConnection($"Driver={{{sqlite}}};Database={directory}/shop.db"), size => string.Format(Counted, size * 100_000));
var maria = IsIgnored("MariaDB ODBC", new OdbcConnection($"Driver={{{mariadb}}};Server=127.0.0.1;Port={port};Uid=root"), size => $"SELECT SUM(SLEEP(0.1)) FROM information_schema.COLLATIONS WHERE ID <= {size * 5}");
return duck && lite && maria ? 0 : 1;
CSHARP
run "$PORT" "$MARIADB" "$SQLITE" "$DIRECTORY"
