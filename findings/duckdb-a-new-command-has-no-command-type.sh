#!/usr/bin/env bash
# Versions: DuckDB.NET.Data.Full 1.5.6.1, Microsoft.Data.Sqlite 10.0.0, .NET 10.
#
# One would guess: the CommandType of a new command is Text: DbCommand documents that as the default, and other drivers say so. So
# code that looks for "CommandType == CommandType.Text", to know whether it can read the text as SQL, finds it.
# What happens: a new DuckDBCommand says 0, which is not a CommandType. It executes SQL as with Text, accepts Text, and stays at
# 0 after it was executed. Every new command takes the branch for stored procedures.
#
# NuGet packages: DuckDB.NET.Data.Full 1.5.6.1, Microsoft.Data.Sqlite 10.0.0. Needs the .NET SDK 10. Exit code 0: as described.
set -uo pipefail
source "$(dirname "$0")/../eng/findings.sh"
need_dotnet

build DuckDB.NET.Data.Full=1.5.6.1 Microsoft.Data.Sqlite=10.0.0 <<'CSHARP'
using System.Data;
using System.Data.Common;
using DuckDB.NET.Data;
using Microsoft.Data.Sqlite;

(CommandType New, object? Result, CommandType Executed, CommandType Set) Look(DbConnection connection)
{
    using (connection)
    {
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT 1";
        var fresh = command.CommandType;
        var result = command.ExecuteScalar();
        var executed = command.CommandType;
        command.CommandType = CommandType.Text;
        return (fresh, result, executed, command.CommandType);
    }
}

var duck = Look(new DuckDBConnection("Data Source=:memory:"));
var other = Look(new SqliteConnection("Data Source=:memory:"));
Console.WriteLine($"DuckDB.NET: a new command's type {duck.New}, result {duck.Result}, type then {duck.Executed}, after it was set {duck.Set}");
Console.WriteLine($"Microsoft.Data.Sqlite: a new command's type {other.New}, result {other.Result}, type then {other.Executed}");
return (int)duck.New == 0 && (int)duck.Executed == 0 && duck.Set == CommandType.Text && !Enum.IsDefined(duck.New) && other.New == CommandType.Text ? 0 : 1;
CSHARP
run
