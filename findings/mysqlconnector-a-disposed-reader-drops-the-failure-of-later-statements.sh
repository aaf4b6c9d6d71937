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
source "$(dirname "$0")/../eng/findings.sh"
need_dotnet
start_mariadb --skip-grant-tables --skip-networking=0

build MySqlConnector=2.6.2 <<'CSHARP'
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
run "$PORT"
