#!/usr/bin/env bash
# Versions: System.Data.Common of .NET 10.0.12 (DbConnectionStringBuilder). The script prints the version of the runtime that it saw.
#
# One would guess: a part between two semicolons that has no '=' is refused, as it is at the end of a connection string.
# What happens: in the middle it becomes a part of the next keyword, semicolon included: "Host=a;Encrypt;Database=shop" has the keyword "encrypt;database"
# and no "database". A driver without a builder of its own that looks for "database" finds none, and uses its default database without a word.
#
# Needs the .NET 10 SDK, and no package. Exit code 0: as described.
set -uo pipefail
source "$(dirname "$0")/../eng/findings.sh"
need_dotnet
build <<'CS'
using System.Data.Common;

var middle = new DbConnectionStringBuilder { ConnectionString = "Host=a;Encrypt;Database=shop" };
var keywords = string.Join(" | ", middle.Keys.Cast<string>());
var isRefusedAtTheEnd = false;
try
{
    _ = new DbConnectionStringBuilder { ConnectionString = "Host=a;Database=shop;Encrypt" };
}
catch (ArgumentException)
{
    isRefusedAtTheEnd = true;
}

Console.WriteLine($"runtime {Environment.Version}; keywords: {keywords}; has a database: {middle.ContainsKey("Database")}; refused at the end: {isRefusedAtTheEnd}");
return keywords == "host | encrypt;database" && !middle.ContainsKey("Database") && isRefusedAtTheEnd ? 0 : 1;
CS
run
