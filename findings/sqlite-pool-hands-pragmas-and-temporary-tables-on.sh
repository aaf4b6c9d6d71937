#!/usr/bin/env bash
# Versions: Microsoft.Data.Sqlite 10.0.15.
#
# One would guess: a SqliteConnection that is opened starts clean. The driver's pool, which is on by default, resets a session before it gives it to the
# next user, as the pools of Npgsql and MySqlConnector do. It does remove functions that the last user had registered.
# What happens: temporary tables with their rows, attached databases and PRAGMAs stay. After PRAGMA query_only=ON of one user, the next one cannot write.
# Foreign keys are set again at each open where the connection string names them.
#
# NuGet packages: Microsoft.Data.Sqlite 10.0.15. Needs the .NET SDK 10. Exit code 0: as described.
set -uo pipefail
source "$(dirname "$0")/../eng/findings.sh"
need_dotnet

build Microsoft.Data.Sqlite=10.0.15 <<'CSHARP'
using Microsoft.Data.Sqlite;

var file = $"Data Source={Path.Combine(args[0], "shop.db")};Foreign Keys=True";
Use(connection =>
{
    Run(connection, "CREATE TABLE customers (id INTEGER PRIMARY KEY); CREATE TABLE orders (customer INTEGER REFERENCES customers(id))");
    connection.CreateFunction("twice", (int n) => 2 * n);
    Run(connection, "CREATE TEMPORARY TABLE cart (item TEXT); INSERT INTO cart VALUES ('of the first user'); ATTACH ':memory:' AS side");
    Run(connection, "PRAGMA foreign_keys = OFF");
});
var (function, cart, side, order) = ("", "", "", "");
Use(connection => (function, cart, side, order) = (
    Try(connection, "SELECT twice(2)"), Try(connection, "SELECT item FROM cart"), Try(connection, "SELECT name FROM pragma_database_list WHERE name = 'side'"),
    Try(connection, "INSERT INTO orders VALUES (99); SELECT 'accepted'")));
Use(connection => Run(connection, "PRAGMA query_only = ON"));
var write = "";
Use(connection => write = Try(connection, "INSERT INTO customers VALUES (1); SELECT 'accepted'"));
Console.WriteLine($"the next user's connection: function of the last one {function}; temporary table {cart}; attached database {side}; order without customer, after foreign_keys=OFF of the last one: {order} (19: refused)");
Console.WriteLine($"after query_only of another one: insert {write} (8: read-only)");
return (function, cart, side, order, write) == ("SQLite error 1", "of the first user", "side", "SQLite error 19", "SQLite error 8") ? 0 : 1;

void Use(Action<SqliteConnection> action)
{
    using var connection = new SqliteConnection(file);
    connection.Open();
    action(connection);
}

object? Run(SqliteConnection connection, string sql)
{
    using var command = connection.CreateCommand();
    command.CommandText = sql;
    return command.ExecuteScalar();
}

string Try(SqliteConnection connection, string sql)
{
    try
    {
        return $"{Run(connection, sql)}";
    }
    catch (SqliteException exception)
    {
        return $"SQLite error {exception.SqliteErrorCode}";
    }
}
CSHARP
run "$DIRECTORY"
