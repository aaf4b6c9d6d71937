#!/usr/bin/env bash
# Versions: MySqlConnector 2.6.2 with MariaDB 10.11 (Debian 12).
#
# One would guess: after ExecuteNonQuery of a DbBatch, RecordsAffected of each DbBatchCommand is the number of rows of that command, as the interface
# says and Npgsql does: a conflict of one row among many (optimistic concurrency) can be found by it.
# What happens: it is 0 for every command, whatever the command changed. Only the sum, which the execution returns, counts. Code that looks for rows
# that somebody else has changed takes every row for one.
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
    --pid-file="$DIRECTORY/server/pid" --skip-name-resolve --skip-grant-tables --skip-networking=0 >>"$DIRECTORY/log" 2>&1 &
SERVER=$!
for ((tries = 0; tries < 300; tries++)); do mariadb-admin --no-defaults -h 127.0.0.1 -P $PORT ping >/dev/null 2>&1 && break; sleep 0.1; done

cat >"$DIRECTORY/program/program.csproj" <<'XML'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings></PropertyGroup>
  <ItemGroup><PackageReference Include="MySqlConnector" Version="[2.6.2]" /></ItemGroup>
</Project>
XML
cat >"$DIRECTORY/program/program.cs" <<'CSHARP'
using MySqlConnector;

using var connection = new MySqlConnection($"Server=127.0.0.1;Port={args[0]};User ID=root");
connection.Open();
new MySqlCommand("CREATE DATABASE shop; USE shop; CREATE TABLE orders (id int PRIMARY KEY, state int); INSERT INTO orders VALUES (1, 0), (2, 0), (3, 0)", connection).ExecuteNonQuery();
using var batch = connection.CreateBatch();
foreach (var sql in new[] { "UPDATE shop.orders SET state = 1 WHERE id <= 2", "UPDATE shop.orders SET state = 1 WHERE id = 3", "UPDATE shop.orders SET state = 1 WHERE id = 4" })
{
    batch.BatchCommands.Add(new MySqlBatchCommand(sql));
}

var sum = batch.ExecuteNonQuery();
var each = string.Join(", ", batch.BatchCommands.Select(command => command.RecordsAffected));
Console.WriteLine($"the batch changed {sum} rows; its commands say {each}, and changed 2, 1, 0");
return sum == 3 && each == "0, 0, 0" ? 0 : 1;
CSHARP
dotnet build "$DIRECTORY/program" -c Release --nologo -v q >"$DIRECTORY/build.log" 2>&1 || { cat "$DIRECTORY/build.log" >&2; exit 2; }
dotnet "$DIRECTORY/program/bin/Release/net10.0/program.dll" $PORT
