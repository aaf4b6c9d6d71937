#!/usr/bin/env bash
# Versions: MySql.Data 26.10.0 with MariaDB 10.11 (Debian 12).
#
# One would guess: MySQL's own driver opens a connection to MariaDB, as it always did, and at least fails with a MySqlException, which retries, circuit
# breakers and CanConnect know.
# What happens: after the login it reads SHOW COLLATION to know the character sets. MariaDB has collations without a number since 10.10 (the uca1400
# family, which is for several character sets): their Id is NULL, and every Open throws InvalidCastException, which is no DbException. No setting of the
# connection string avoids it; the server's old_mode=NO_NULL_COLLATION_IDS (MariaDB 10.11) does.
#
# NuGet packages: MySql.Data 26.10.0. Debian packages: mariadb-server. Needs the .NET SDK 10. Exit code 0: as described.
set -uo pipefail
source "$(dirname "$0")/../eng/findings.sh"
need_dotnet
start_mariadb --skip-grant-tables --skip-networking=0

build MySql.Data=26.10.0 <<'CSHARP'
using MySql.Data.MySqlClient;

try
{
    using var connection = new MySqlConnection($"Server=127.0.0.1;Port={args[0]};User ID=root;SslMode=Disabled");
    connection.Open();
    Console.WriteLine($"opened a connection to {connection.ServerVersion}");
    return 1;
}
catch (InvalidCastException exception)
{
    Console.WriteLine($"{exception.GetType().Name}: {exception.Message} In {exception.StackTrace!.Split('\n').First(static line => line.Contains("CharacterSets"))[..60].Trim()}");
    return 0;
}
CSHARP
run "$PORT" && mariadb --no-defaults -uroot -h 127.0.0.1 -P "$PORT" --batch --skip-column-names \
    -e 'SELECT COUNT(*), "collations, of which without a number:", SUM(ID IS NULL) FROM information_schema.COLLATIONS'
