#!/usr/bin/env bash
# Versions: MySqlConnector 2.6.2 with MariaDB 10.11 (Debian 12).
#
# One would guess: a program that catches a deadlock at one statement (1213) and goes on in its MySqlTransaction is either refused, as by PostgreSQL, or
# still in its transaction, as after a lock wait timeout (1205). Rollback undoes all of it.
# What happens: the server has ended the transaction, and the driver does not notice. The next statement with this MySqlTransaction runs on its
# own and is committed at once. Rollback then returns without an exception and undoes nothing.
#
# NuGet packages: MySqlConnector 2.6.2. Debian packages: mariadb-server. Needs the .NET SDK 10. Exit code 0: as described.
set -uo pipefail
source "$(dirname "$0")/../eng/findings.sh"
need_dotnet
start_mariadb --skip-grant-tables --skip-networking=0 --innodb-lock-wait-timeout=1

build MySqlConnector=2.6.2 <<'CSHARP'
using MySqlConnector;

using var setUp = Open("");
Run(setUp, "CREATE DATABASE shop; USE shop; CREATE TABLE stock (id int PRIMARY KEY, n int); INSERT INTO stock VALUES (1, 0), (2, 0), (3, 0), (4, 0), (5, 0)");
using var one = Open("shop");
using var other = Open("shop");
var (deadlock, afterDeadlock) = (0, "");
using (var first = one.BeginTransaction())
{
    using var second = other.BeginTransaction();
    Run(other, "UPDATE stock SET n = 1 WHERE id >= 3", second); // has changed more rows, so the first is the victim
    Run(one, "UPDATE stock SET n = 1 WHERE id = 1", first);
    var crossing = Task.Run(() => Run(other, "UPDATE stock SET n = 1 WHERE id = 1", second));
    while ((long)new MySqlCommand("SELECT count(*) FROM information_schema.PROCESSLIST WHERE INFO LIKE 'UPDATE stock%'", setUp).ExecuteScalar()! == 0)
    {
        Thread.Sleep(10);
    }

    Thread.Sleep(200);
    deadlock = Fails(() => Run(one, "UPDATE stock SET n = 1 WHERE id = 3", first));
    await crossing;
    second.Rollback();
    Run(one, "UPDATE stock SET n = 7 WHERE id = 2", first);
    first.Rollback();
    afterDeadlock = Rows();
}

Run(one, "UPDATE stock SET n = 0");
var (timeout, afterTimeout) = (0, "");
using (var first = one.BeginTransaction())
{
    using var second = other.BeginTransaction();
    Run(other, "UPDATE stock SET n = 1 WHERE id = 3", second);
    Run(one, "UPDATE stock SET n = 1 WHERE id = 1", first);
    timeout = Fails(() => Run(one, "UPDATE stock SET n = 1 WHERE id = 3", first));
    second.Rollback();
    Run(one, "UPDATE stock SET n = 7 WHERE id = 2", first);
    first.Rollback();
    afterTimeout = Rows();
}

Console.WriteLine($"rows 1 and 2 after error {deadlock}, one more statement and Rollback: {afterDeadlock}; after error {timeout}: {afterTimeout}");
return (deadlock, afterDeadlock, timeout, afterTimeout) == (1213, "0, 7", 1205, "0, 0") ? 0 : 1;

MySqlConnection Open(string database)
{
    var connection = new MySqlConnection($"Server=127.0.0.1;Port={args[0]};User ID=root;Database={database}");
    connection.Open();
    return connection;
}

string Rows() => (string)new MySqlCommand("SELECT group_concat(n ORDER BY id SEPARATOR ', ') FROM shop.stock WHERE id <= 2", setUp).ExecuteScalar()!;

void Run(MySqlConnection connection, string sql, MySqlTransaction? transaction = null) => new MySqlCommand(sql, connection, transaction).ExecuteNonQuery();

int Fails(Action action)
{
    try
    {
        action();
        return 0;
    }
    catch (MySqlException exception)
    {
        return (int)exception.ErrorCode;
    }
}
CSHARP
run "$PORT"
