#!/usr/bin/env bash
# Versions: Microsoft.Data.SqlClient 7.1.1 on Linux (.NET 10), Npgsql 10.0.3 beside it.
#
# One would guess: a port on which nothing listens refuses the connection at once, so Open fails at once, as a socket and other drivers do. Connect Timeout
# bounds how long a server that is silent may take. A caller that starts before its server learns so within milliseconds and can try again.
# What happens: Open tries the refused port again and again until about the whole Connect Timeout (15 s by default) is over. Connect Retry Count=0 and
# Pooling=false change nothing: they are about something else. The SqlException that comes in the end has the number 0 and holds a
# SocketException whose code is Success, so a refusal cannot be told from a silent server. A short Connect Timeout is the only way to fail fast.
#
# NuGet packages: Microsoft.Data.SqlClient 7.1.1, Npgsql 10.0.3. Needs the .NET SDK 10, and no server. Exit code 0: as described.
set -uo pipefail
source "$(dirname "$0")/../eng/findings.sh"
need_dotnet

build Microsoft.Data.SqlClient=7.1.1 Npgsql=10.0.3 <<'CSHARP'
using System.Data.Common;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Microsoft.Data.SqlClient;
using Npgsql;

// A port that was free a moment ago: nothing listens on it.
var listener = new TcpListener(IPAddress.Loopback, 0);
listener.Start();
var port = ((IPEndPoint)listener.LocalEndpoint).Port;
listener.Stop();

const int Limit = 6;
var asDescribed = true;
foreach (var option in (string[])["", ";Connect Retry Count=0", ";Pooling=false"])
{
    var (seconds, failure) = Open(new SqlConnection($"Server=127.0.0.1,{port};User ID=app;Password=x;Encrypt=false;Connect Timeout={Limit}{option}"));
    var number = (failure as SqlException)?.Number;
    var inner = Inner(failure).OfType<SocketException>().FirstOrDefault()?.SocketErrorCode;
    Console.WriteLine($"SqlClient{option}: failed after {seconds:0.0} of {Limit} s, number {number}, {inner}");
    asDescribed &= seconds > Limit * 0.7 && number == 0 && inner == SocketError.Success;
}

var (other, refusal) = Open(new NpgsqlConnection($"Host=127.0.0.1;Port={port};Username=app;Database=app;Timeout={Limit}"));
Console.WriteLine($"Npgsql: failed after {other:0.0} of {Limit} s, {string.Join(", ", Inner(refusal).OfType<SocketException>().Select(inner => inner.SocketErrorCode))}");
asDescribed &= other < Limit * 0.7;
return asDescribed ? 0 : 1;

static (double Seconds, Exception? Failure) Open(DbConnection connection)
{
    using (connection)
    {
        var watch = Stopwatch.StartNew();
        try
        {
            connection.Open();
            return (watch.Elapsed.TotalSeconds, null);
        }
        catch (DbException failure)
        {
            return (watch.Elapsed.TotalSeconds, failure);
        }
    }
}

static IEnumerable<Exception> Inner(Exception? exception)
{
    for (var current = exception; current is not null; current = current.InnerException)
    {
        yield return current;
    }
}
CSHARP
run 2>&1
STATUS=$?
[[ $STATUS -eq 0 ]] && echo "As described." || echo "Not as described (exit code $STATUS)."
exit $STATUS
