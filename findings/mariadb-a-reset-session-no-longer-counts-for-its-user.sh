#!/usr/bin/env bash
# Versions: MariaDB 10.11 (Debian 12), MySqlConnector 2.6.2.
#
# One would guess: MAX_USER_CONNECTIONS of an account counts the open sessions of the account. A pool whose limit is the account's is never refused, and other
# clients cannot open more beside it.
# What happens: a session that was reset (COM_RESET_CONNECTION, which pools send between two users) stays open and is not counted any more. With
# a limit of 1 a second session is refused before the reset and accepted after it: the server then has two sessions of the account, and counts one.
#
# NuGet packages: MySqlConnector 2.6.2. Debian packages: mariadb-server. Needs the .NET SDK 10. Exit code 0: as described.
set -uo pipefail
source "$(dirname "$0")/../eng/findings.sh"
need_dotnet
start_mariadb

build MySqlConnector=2.6.2 <<'CSHARP'
using MySqlConnector;

using var administrator = Open("root", "");
Ask("CREATE USER few@'127.0.0.1' IDENTIFIED BY 'right' WITH MAX_USER_CONNECTIONS 1");
using var first = Open("few", "right");
var before = Try();
await first.ResetConnectionAsync();
var after = Try();
var sessions = Ask("SELECT count(*) FROM information_schema.PROCESSLIST WHERE USER = 'few'");
Console.WriteLine($"a second session of an account with MAX_USER_CONNECTIONS 1: {before}; after the first one was reset: {after}; sessions: {sessions}");
return (before, after, sessions) == ("error 1226", "accepted", "2") ? 0 : 1;

MySqlConnection Open(string user, string password)
{
    var connection = new MySqlConnection($"Server=127.0.0.1;Port={args[0]};User ID={user};Password={password};Pooling=false;Allow User Variables=true");
    connection.Open();
    return connection;
}

string Try()
{
    try
    {
        Open("few", "right");
        return "accepted";
    }
    catch (MySqlException exception)
    {
        return $"error {(int)exception.ErrorCode}";
    }
}

string? Ask(string sql) => new MySqlCommand(sql, administrator).ExecuteScalar()?.ToString();
CSHARP
run "$PORT"
