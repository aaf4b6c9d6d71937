using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using Cenote.LoadBench.Pools;

namespace Cenote.LoadBench.Peers;

/// <summary>Pools of other languages, which programs of theirs measure in the same way.</summary>
internal sealed class ExternalPeers(PeerResults results, List<string> missing)
{
    private static readonly string s_sources = Path.Combine("benchmarks", "Cenote.LoadBench", "Peers");
    private static readonly string s_work = Path.Combine("artifacts", "bench", "peers");
    private static readonly string[] s_jars = ["/usr/share/java/HikariCP.jar", "/usr/share/java/slf4j-api.jar", "/usr/share/java/slf4j-nop.jar"];

    /// <summary>Measures HikariCP as Debian has it.</summary>
    internal async Task RunJavaAsync()
    {
        if (!Array.TrueForAll(s_jars, File.Exists))
        {
            missing.Add("HikariCP: the jars of Debian's libhikaricp-java and libslf4j-java are not installed");
            return;
        }

        var (classes, jars) = (Path.Combine(s_work, "java"), string.Join(':', s_jars));
        var (hikari, stub) = (Path.Combine(s_sources, "Java", "HikariPeer.java"), Path.Combine(s_sources, "Java", "StubConnection.java"));
        if (await TryRunAsync("HikariCP", "javac", ["-d", classes, "-cp", jars, hikari, stub], ".", []))
        {
            await TryRunAsync("HikariCP", "java", ["-cp", $"{classes}:{jars}", "HikariPeer"], ".", []);
        }
    }

    /// <summary>Measures pools of Node.js, that of pg on the given server.</summary>
    internal async Task RunNodeAsync(Database? postgreSql)
    {
        var folder = Path.Combine(s_work, "node");
        Directory.CreateDirectory(folder);
        foreach (var file in Directory.GetFiles(Path.Combine(s_sources, "Node")))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)), overwrite: true);
        }

        const string Peers = "tarn, generic-pool, pg";
        if (!await TryRunAsync(Peers, "npm", ["install", "--no-audit", "--no-fund", "--silent"], folder, []))
        {
            return;
        }

        if (postgreSql is null)
        {
            await TryRunAsync(Peers, "node", ["peers.mjs"], folder, []);
            return;
        }

        using var spike = postgreSql.OpenDoor(Spike.OpenTime);
        using var ramp = postgreSql.OpenDoor(Ramp.OpenTime);
        Dictionary<string, string> environment = new(StringComparer.Ordinal)
        {
            ["PG_URL"] = Url(postgreSql.ConnectionString),
            ["PG_SPIKE_URL"] = Url(postgreSql.Behind(spike)),
            ["PG_RAMP_URL"] = Url(postgreSql.Behind(ramp)),
        };
        try
        {
            results["pg"][Measure.Resets] = await postgreSql.Resets!.CountAsync(
                PeersBench.ResetLeases, () => TryRunAsync(Peers, "node", ["peers.mjs"], folder, environment));
        }
        catch (DbException exception)
        {
            missing.Add($"resets of pg: {exception.Message}");
            await TryRunAsync(Peers, "node", ["peers.mjs"], folder, environment);
        }
    }

    /// <summary>Measures recoveries with the program of <c>./bench recover</c>, which has servers of its own.</summary>
    internal Task RunRecoveryAsync() => TryRunAsync(
        "recovery", "dotnet", [Path.Combine("tests", "Cenote.FaultTests", "bin", "Release", "net10.0", "Cenote.FaultTests.dll"), "recover", "5"], ".", []);

    private static string Url(string connectionString)
    {
        var builder = new Npgsql.NpgsqlConnectionStringBuilder(connectionString);
        return string.Create(CultureInfo.InvariantCulture, $"postgres://{builder.Username}:{Uri.EscapeDataString(builder.Password!)}@{builder.Host}:{builder.Port}/{builder.Database}");
    }

    private async Task<bool> TryRunAsync(string peers, string program, string[] arguments, string folder, Dictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, WorkingDirectory = folder };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        try
        {
            using var process = Process.Start(start)!;
            var errors = process.StandardError.ReadToEndAsync();
            while (await process.StandardOutput.ReadLineAsync() is { } line)
            {
                Read(line);
            }

            await process.WaitForExitAsync();
            if (process.ExitCode == 0)
            {
                return true;
            }

            missing.Add($"{peers}: {program} ended with {process.ExitCode}: {(await errors).Trim().Split('\n')[0]}");
        }
        catch (System.ComponentModel.Win32Exception)
        {
            missing.Add($"{peers}: {program} is not installed");
        }

        return false;
    }

    private void Read(string line)
    {
        if (line.Split('|', StringSplitOptions.TrimEntries) is ["", var database, var pool, var median, ..] && median.EndsWith(" ms", StringComparison.Ordinal))
        {
            // The bound is not a peer.
            if (pool.StartsWith("none:", StringComparison.Ordinal))
            {
                return;
            }

            var peer = pool == "Cenote" ? results.All.First(result => result.Setting == database && result.IsOurs) : results[pool];
            peer[Measure.Recovery] = double.Parse(median.Split(' ')[0], CultureInfo.InvariantCulture);
            return;
        }

        if (line.Split(' ') is [var name, var measure, var value] && double.TryParse(value, CultureInfo.InvariantCulture, out var number))
        {
            results[name][measure] = number;
        }
    }
}
