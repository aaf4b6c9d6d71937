#!/usr/bin/env bash
# Versions: PostgreSQL 15 (Debian 12) with Npgsql 10.0.3.
#
# One would guess: when Close has returned, the server has a free place. A program that never has more connections open than max_connections is never
# refused with 53300, "sorry, too many clients already".
# What happens: the driver says goodbye and closes its socket without waiting for the server's process to end, and until then the place is taken. One
# client that opens and closes a single connection, one after the other, with exactly one place free, is refused now and then: on two cores about once in
# 50 tries. A limit on the client's side needs some places to spare.
#
# NuGet packages: Npgsql 10.0.3. Debian packages: postgresql-15. Needs the .NET SDK 10. Exit code 0: as described.
set -uo pipefail
source "$(dirname "$0")/../eng/findings.sh"
need_dotnet
start_postgresql -c max_connections=8 -c superuser_reserved_connections=0

build Npgsql=10.0.3 <<'CSHARP'
using Npgsql;

NpgsqlConnection Open()
{
    var connection = new NpgsqlConnection($"Host=127.0.0.1;Port={args[0]};Username=app;Database=postgres;Pooling=false");
    connection.Open();
    return connection;
}

var held = Enumerable.Range(0, 7).Select(_ => Open()).ToList();
for (var i = 1; i <= 20_000; i++)
{
    try
    {
        Open().Dispose();
    }
    catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.TooManyConnections)
    {
        Console.WriteLine($"try {i}, with {held.Count} of 8 connections open: {exception.Message}");
        return 0;
    }
}

return 1;
CSHARP
run "$PORT"
