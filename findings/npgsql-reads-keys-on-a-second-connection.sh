#!/usr/bin/env bash
# Versions: Npgsql 10.0.3 with PostgreSQL 15 (Debian 12: 15.18).
#
# One would guess: GetSchemaTable of a reader answers from the reader's own connection, as the other readers' methods do. A pool of one connection
# is enough for a program that holds one.
# What happens: with CommandBehavior.KeyInfo (data adapters with AddWithKey, command builders), Npgsql opens a second connection of the same pool to
# read the keys. With Maximum Pool Size=1 it waits for the whole Timeout and fails: the pool is exhausted by its only user. Outside the
# caller's transaction, it does not know a table that the transaction has created: that column has no key.
#
# NuGet packages: Npgsql 10.0.3. Debian packages: postgresql-15. Needs the .NET SDK 10. Exit code 0: as described.
set -uo pipefail
# No compiler or build node outlives the script.
export MSBUILDDISABLENODEREUSE=1 UseSharedCompilation=false
BIN=/usr/lib/postgresql/15/bin
for file in $BIN/initdb $BIN/postgres $BIN/pg_isready; do [[ -x $file ]] || { echo "$file is missing: install postgresql-15" >&2; exit 2; }; done
command -v dotnet >/dev/null || { echo "dotnet is missing: install the .NET SDK 10" >&2; exit 2; }

DIRECTORY=$(mktemp -d)
SERVER=
finish() { [[ -z $SERVER ]] || { kill -INT "$SERVER" 2>/dev/null; wait "$SERVER" 2>/dev/null; }; rm -rf "$DIRECTORY"; }
trap finish EXIT
mkdir "$DIRECTORY/server" "$DIRECTORY/program"
chmod 711 "$DIRECTORY"
USER_PREFIX=()
[[ $EUID -ne 0 ]] || { USER_PREFIX=(setpriv --reuid=nobody --regid=nogroup --clear-groups); chown nobody:nogroup "$DIRECTORY/server"; }
free_port() { local port; while port=$((20000 + RANDOM % 10000)); (: </dev/tcp/127.0.0.1/$port) 2>/dev/null; do :; done; echo $port; }
PORT=$(free_port)
"${USER_PREFIX[@]}" env LC_ALL=C $BIN/initdb -D "$DIRECTORY/server/data" -U app -A trust -N >/dev/null
"${USER_PREFIX[@]}" $BIN/postgres -D "$DIRECTORY/server/data" -p $PORT -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off >"$DIRECTORY/log" 2>&1 &
SERVER=$!
for ((tries = 0; tries < 300; tries++)); do $BIN/pg_isready -q -h 127.0.0.1 -p $PORT && break; sleep 0.1; done

cat >"$DIRECTORY/program/program.csproj" <<'XML'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings></PropertyGroup>
  <ItemGroup><PackageReference Include="Npgsql" Version="[10.0.3]" /></ItemGroup>
</Project>
XML
cat >"$DIRECTORY/program/program.cs" <<'CSHARP'
using System.Data;
using System.Diagnostics;
using Npgsql;

var server = $"Host=127.0.0.1;Port={args[0]};Username=app;Database=postgres;Timeout=2;";
using (var setUp = new NpgsqlConnection(server))
{
    setUp.Open();
    new NpgsqlCommand("CREATE TABLE orders (id int PRIMARY KEY)", setUp).ExecuteNonQuery();
}

var alone = Ask("Maximum Pool Size=1", CommandBehavior.KeyInfo, "SELECT id FROM orders");
var plain = Ask("Maximum Pool Size=1", CommandBehavior.Default, "SELECT id FROM orders");
var two = Ask("Maximum Pool Size=2", CommandBehavior.KeyInfo, "SELECT id FROM orders");
var inside = Ask("Maximum Pool Size=2", CommandBehavior.KeyInfo, "CREATE TABLE mine (id int PRIMARY KEY); SELECT id FROM mine");
Console.WriteLine($"one connection: {alone}\none connection, no keys asked for: {plain}\ntwo connections: {two}\ntwo, a table of the transaction: {inside}");
return alone.StartsWith("exhausted", StringComparison.Ordinal) && plain == "no key" && two == "key" && inside == "no key" ? 0 : 1;

string Ask(string settings, CommandBehavior behavior, string sql)
{
    using var source = NpgsqlDataSource.Create(server + settings);
    using var connection = source.OpenConnection();
    using var transaction = connection.BeginTransaction();
    using var command = new NpgsqlCommand(sql, connection);
    using var reader = command.ExecuteReader(behavior);
    var watch = Stopwatch.StartNew();
    try
    {
        return reader.GetSchemaTable()!.Rows[0]["IsKey"] is true ? "key" : "no key";
    }
    catch (NpgsqlException exception) when (exception.InnerException is TimeoutException)
    {
        return $"exhausted after {watch.Elapsed.TotalSeconds:0} s: {exception.Message}";
    }
}
CSHARP
dotnet build "$DIRECTORY/program" -c Release --nologo -v q >"$DIRECTORY/build.log" 2>&1 || { cat "$DIRECTORY/build.log" >&2; exit 2; }
dotnet "$DIRECTORY/program/bin/Release/net10.0/program.dll" $PORT
