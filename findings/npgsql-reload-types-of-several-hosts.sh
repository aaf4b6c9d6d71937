#!/usr/bin/env bash
# Versions: Npgsql 10.0.3 (.NET 10), PostgreSQL 15 (Debian 12: 15.18).
#
# One would guess: ReloadTypes on a connection of a data source with several hosts makes the new types known to every connection that is opened
# from the data source afterwards, as with one host ("type changes will appear for other connections after they are re-opened from the pool").
# What happens: with several hosts only the physical connection that reloaded knows them, and only until it is opened again. The others, and
# connections that are physically new, never learn the type: what was loaded is kept by the data source of all hosts, and connections ask
# that of their own host. There the types stay as its first connection found them, until the process ends.
#
# Debian package: postgresql-15. The .NET SDK 10. Exit code 0: as described.
set -uo pipefail
source "$(dirname "$0")/../eng/findings.sh"
need_dotnet
start_postgresql

build Npgsql=10.0.3 <<'CSHARP'
using Npgsql;

var port = args[0];
var one = await TryAsync($"Host=127.0.0.1;Port={port};Username=app;Database=postgres", "mood_one");
var several = await TryAsync($"Host=127.0.0.1:{port},localhost:{port};Username=app;Database=postgres", "mood_several");
Console.WriteLine($"one host:      the reloading connection, another, a new one: {one}");
Console.WriteLine($"several hosts: the reloading connection, another, a new one: {several}");
return one == "knows, knows, knows" && several == "does not know, does not know, does not know" ? 0 : 1;

static async Task<string> TryAsync(string connectionString, string type)
{
    await using var source = NpgsqlDataSource.Create(connectionString);
    var first = await source.OpenConnectionAsync();
    var second = await source.OpenConnectionAsync();
    var (reloaded, other) = (first.ProcessID, second.ProcessID);
    await using (var command = new NpgsqlCommand($"CREATE TYPE {type} AS ENUM ('happy')", first))
    {
        await command.ExecuteNonQueryAsync();
    }

    await first.ReloadTypesAsync();
    await first.DisposeAsync();
    await second.DisposeAsync();

    // All at once, so that none is the same physical connection: both from the pool, and a new one.
    NpgsqlConnection[] all = [await source.OpenConnectionAsync(), await source.OpenConnectionAsync(), await source.OpenConnectionAsync()];
    var answers = new Dictionary<string, string>();
    foreach (var connection in all)
    {
        var name = connection.ProcessID == reloaded ? "reloaded" : connection.ProcessID == other ? "other" : "new";
        answers[name] = await KnowsAsync(connection, type) ? "knows" : "does not know";
    }

    foreach (var connection in all)
    {
        await connection.DisposeAsync();
    }

    return $"{answers["reloaded"]}, {answers["other"]}, {answers["new"]}";
}

static async Task<bool> KnowsAsync(NpgsqlConnection connection, string type)
{
    await using var command = new NpgsqlCommand($"SELECT 'happy'::{type}", connection);
    try
    {
        return await command.ExecuteScalarAsync() is "happy";
    }
    catch (InvalidCastException)
    {
        return false;
    }
}
CSHARP
run "$PORT"
