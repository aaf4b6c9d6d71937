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
source "$(dirname "$0")/../eng/findings.sh"
need_dotnet
start_mariadb --skip-grant-tables --skip-networking=0

build MySqlConnector=2.6.2 <<'CSHARP'
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
run "$PORT"
