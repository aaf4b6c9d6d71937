#!/usr/bin/env bash
# Versions: MySqlConnector 2.6.2 with MariaDB 10.11 (Debian 12).
#
# One would guess: whatever goes wrong on a connection is a DbException, as ADO.NET says of a driver's failures, so that `catch (DbException)` and what
# looks at IsTransient (retries, execution strategies, health checks) sees every lost session.
# What happens: it depends on the call that meets the lost session first. A query, a reset and GetSchema throw MySqlException. BeginTransaction, Prepare and
# ChangeDatabase, sync or async, throw MySqlEndOfStreamException, an EndOfStreamException that is not a DbException: a unit of work
# that begins with BeginTransaction on a session that the server has ended goes past every handler of database failures.
#
# NuGet packages: MySqlConnector 2.6.2. Debian packages: mariadb-server. Needs the .NET SDK 10. Exit code 0: as described.
set -uo pipefail
# No compiler or build node outlives the script.
export MSBUILDDISABLENODEREUSE=1 UseSharedCompilation=false
for program in mariadbd mariadb-install-db mariadb-admin; do command -v $program >/dev/null || { echo "$program is missing: install mariadb-server" >&2; exit 2; }; done
command -v dotnet >/dev/null || { echo "dotnet is missing: install the .NET SDK 10" >&2; exit 2; }

DIRECTORY=$(mktemp -d)
SERVER=
finish() { [[ -z $SERVER ]] || { kill -TERM "$SERVER" 2>/dev/null; wait "$SERVER" 2>/dev/null; }; rm -rf "$DIRECTORY"; }
trap finish EXIT
mkdir "$DIRECTORY/server" "$DIRECTORY/program"
chmod 711 "$DIRECTORY"
USER_PREFIX=() OWNER=$(id -un)
[[ $EUID -ne 0 ]] || { USER_PREFIX=(setpriv --reuid=mysql --regid=mysql --clear-groups); OWNER=mysql; chown mysql:mysql "$DIRECTORY/server"; }
free_port() { local port; while port=$((20000 + RANDOM % 10000)); (: </dev/tcp/127.0.0.1/$port) 2>/dev/null; do :; done; echo $port; }
PORT=$(free_port)
mariadb-install-db --no-defaults --user=$OWNER --datadir="$DIRECTORY/server/data" --auth-root-authentication-method=normal --skip-test-db >"$DIRECTORY/log" 2>&1
"${USER_PREFIX[@]}" mariadbd --no-defaults --datadir="$DIRECTORY/server/data" --port=$PORT --bind-address=127.0.0.1 --socket="$DIRECTORY/server/socket" \
    --pid-file="$DIRECTORY/server/pid" --skip-name-resolve >>"$DIRECTORY/log" 2>&1 &
SERVER=$!
for ((tries = 0; tries < 300; tries++)); do mariadb-admin --no-defaults -uroot -h 127.0.0.1 -P $PORT ping >/dev/null 2>&1 && break; sleep 0.1; done

cat >"$DIRECTORY/program/program.csproj" <<'XML'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings></PropertyGroup>
  <ItemGroup><PackageReference Include="MySqlConnector" Version="[2.6.2]" /></ItemGroup>
</Project>
XML
cat >"$DIRECTORY/program/Program.cs" <<'CS'
using System.Data.Common;
using MySqlConnector;

var settings = args[0];
var asDescribed = true;
await ExpectAsync("query", isDbException: true, async connection => await new MySqlCommand("SELECT 1", connection).ExecuteScalarAsync());
await ExpectAsync("reset", isDbException: true, async connection => await connection.ResetConnectionAsync());
await ExpectAsync("schema", isDbException: true, async connection => await connection.GetSchemaAsync("Tables"));
await ExpectAsync("begin, async", isDbException: false, async connection => await connection.BeginTransactionAsync());
await ExpectAsync("begin", isDbException: false, connection => Task.FromResult(connection.BeginTransaction()));
await ExpectAsync("prepare", isDbException: false, async connection => await new MySqlCommand("SELECT 1", connection).PrepareAsync());
await ExpectAsync("change of database", isDbException: false, async connection => await connection.ChangeDatabaseAsync("mysql"));
return asDescribed ? 0 : 1;

async Task ExpectAsync(string name, bool isDbException, Func<MySqlConnection, Task> call)
{
    await using var connection = new MySqlConnection(settings);
    await connection.OpenAsync();
    await EndAsync(connection.ServerThread);
    try
    {
        await call(connection);
        Console.WriteLine($"{name}: no failure");
        asDescribed = false;
    }
    catch (Exception failure)
    {
        Console.WriteLine($"{name}: {failure.GetType().Name}, {(failure is DbException ? "a" : "no")} DbException");
        asDescribed &= failure is DbException == isDbException;
    }
}

// Ends a session as its administrator would, and waits until the server has none of that number.
async Task EndAsync(int session)
{
    await using var other = new MySqlConnection(settings);
    await other.OpenAsync();
    await new MySqlCommand($"KILL {session}", other).ExecuteNonQueryAsync();
    while (Convert.ToInt64(await new MySqlCommand($"SELECT count(*) FROM information_schema.processlist WHERE id = {session}", other).ExecuteScalarAsync()) > 0)
    {
        await Task.Delay(20);
    }
}
CS
(cd "$DIRECTORY/program" && dotnet run --configuration Release -- "Server=127.0.0.1;Port=$PORT;User ID=root;Pooling=false") 2>&1
STATUS=$?
[[ $STATUS -eq 0 ]] && echo "As described." || echo "Not as described (exit code $STATUS)."
exit $STATUS
