using System.Diagnostics;
using System.Globalization;
using Cenote.TestServers.Processes;

namespace Cenote.FaultTests.Standstill;

/// <summary>
/// A real process is stopped (SIGSTOP) while a real server ends its sessions, and has callers at the moment that it
/// goes on.
/// </summary>
public sealed class StoppedProcessTests
{
    private const int Rounds = 3;

    [Fact]
    public async Task On_PostgreSQL_connections_are_validated_before_they_are_rented() => await HoldsAsync(await PostgreSqlServer.StartNewAsync());

    [Fact]
    public async Task On_MariaDB_connections_are_validated_before_they_are_rented() => await HoldsAsync(await MariaDbServer.StartNewAsync());

    private static async Task HoldsAsync(DatabaseServer server)
    {
        await using var stopped = server;
        var host = Programs.AsThisUser("dotnet", [typeof(StoppedProcessTests).Assembly.Location, "thaw"]);
        host.FileName = Environment.ProcessPath!.EndsWith("dotnet", StringComparison.Ordinal) ? Environment.ProcessPath : host.FileName;
        host.Environment[ThawCommand.DatabaseVariable] = server.Name;
        host.Environment[ThawCommand.ConnectionVariable] = server.ConnectionString(server.Port);
        using var process = await ProcessNursery.StartAsync(host);
        try
        {
            var errors = process.StandardError.ReadToEndAsync();
            Assert.True(await process.StandardOutput.ReadLineAsync().Soon() is ThawCommand.Ready, process.HasExited ? await errors : "not ready");
            for (var round = 0; round < Rounds; round++)
            {
                // Used a moment before: what a clock that stands still takes for fresh.
                Assert.Equal(ThawCommand.Well, await AskAsync(process));
                await SignalAsync(process, "STOP");

                // The server itself lets the time pass that makes its sessions stale, and then ends them.
                await server.ExecuteAsync(FormattableString.Invariant($"SELECT {(server is PostgreSqlServer ? "pg_sleep" : "SLEEP")}({2 * ThawCommand.Interval.TotalSeconds})"));
                foreach (var session in await server.SessionsAsync())
                {
                    await server.ExecuteAsync(server.EndSession(session));
                }

                await WhenGoneAsync(server);
                await process.StandardInput.WriteLineAsync("");
                await process.StandardInput.FlushAsync();
                await SignalAsync(process, "CONT");
                Assert.Equal(ThawCommand.Well, await process.StandardOutput.ReadLineAsync().Soon());
            }
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
    }

    private static async Task<string?> AskAsync(Process process)
    {
        await process.StandardInput.WriteLineAsync("");
        await process.StandardInput.FlushAsync();
        return await process.StandardOutput.ReadLineAsync().Soon();
    }

    private static Task SignalAsync(Process process, string signal) =>
        Programs.RunAsync(Programs.AsThisUser("kill", ["-" + signal, process.Id.ToString(CultureInfo.InvariantCulture)]));

    private static async Task WhenGoneAsync(DatabaseServer server)
    {
        using var patience = new CancellationTokenSource(Patience.Limit);
        while ((await server.SessionsAsync()).Count > 0)
        {
            patience.Token.ThrowIfCancellationRequested();
        }
    }
}
