#!/usr/bin/env bash
# Versions: MySqlConnector 2.6.2 with MariaDB 10.11 (Debian 12).
#
# One would guess: a text of three statements, read by ExecuteReader, cannot fail unseen. Whoever disposes of the reader after the rows of the second
# statement is told of the third one's failure, as Npgsql tells (its reader reads to the end when it is closed, and throws).
# What happens: the reader is read to the end, too, but its failure is dropped: Dispose and DisposeAsync return, and the third statement was not
# executed. Only NextResult throws it. So read on until NextResult says false wherever a text writes after it reads.
#
# NuGet packages: MySqlConnector 2.6.2. Debian packages: mariadb-server. Needs the .NET SDK 10. Exit code 0: as described.
set -uo pipefail
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
new MySqlCommand("CREATE DATABASE shop; USE shop; CREATE TABLE orders (id int PRIMARY KEY); INSERT INTO orders VALUES (1)", connection).ExecuteNonQuery();
using var command = new MySqlCommand("SELECT 1; SELECT 2; INSERT INTO shop.orders VALUES (1)", connection);
var silent = true;
foreach (var isAsync in new[] { false, true })
{
    var reader = command.ExecuteReader();
    try
    {
        reader.Read();
        if (isAsync)
        {
            await reader.DisposeAsync();
        }
        else
        {
            reader.Dispose();
        }

        Console.WriteLine($"{(isAsync ? "DisposeAsync" : "Dispose")}: no failure");
    }
    catch (MySqlException exception)
    {
        silent = false;
        Console.WriteLine($"{(isAsync ? "DisposeAsync" : "Dispose")}: {exception.ErrorCode}");
    }
}

var told = "no failure";
using (var reader = command.ExecuteReader())
{
    try
    {
        while (reader.NextResult())
        {
        }
    }
    catch (MySqlException exception)
    {
        told = exception.ErrorCode.ToString();
    }
}

Console.WriteLine($"NextResult: {told}");
return silent && told == "DuplicateKeyEntry" ? 0 : 1;
CSHARP
dotnet build "$DIRECTORY/program" -c Release --nologo -v q >"$DIRECTORY/build.log" 2>&1 || { cat "$DIRECTORY/build.log" >&2; exit 2; }
dotnet "$DIRECTORY/program/bin/Release/net10.0/program.dll" $PORT
