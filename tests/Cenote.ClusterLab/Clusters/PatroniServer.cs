using System.Diagnostics;
using System.Globalization;
using System.Text;
using Cenote.TestServers.Processes;

namespace Cenote.ClusterLab.Clusters;

/// <summary>One Patroni and the PostgreSQL that it looks after.</summary>
internal sealed class PatroniServer(string directory, string name, int port, int restPort)
{
    private ServerProcess? _patroni;
    private string[] _stoppedSenders = [];

    internal string Name => name;

    internal int Port => port;

    internal int RestPort => restPort;

    private string Data => $"{directory}/{name}";

    internal async Task StartAsync() =>
        _patroni = await ServerProcess.StartAsync("env", [.. CleanEnvironment, Programs.Patroni, $"{directory}/{name}.yml"], "no action. I am");

    /// <summary>Stops the processes that send the log to the replicas.</summary>
    internal async Task StopSendersAsync(string processIds)
    {
        _stoppedSenders = processIds.Split(' ');
        await Programs.RunAsync(Programs.AsThisUser("kill", ["-STOP", .. _stoppedSenders]));
    }

    /// <summary>
    /// Ends Patroni and PostgreSQL at once: neither has the time to say good-bye, nor Patroni to start PostgreSQL
    /// again.
    /// </summary>
    internal async Task KillAsync()
    {
        var postmaster = FindPostmaster();
        var patroniEnded = EndPatroniAsync();
        postmaster?.Kill();
        foreach (var sender in _stoppedSenders)
        {
            // What is stopped does not notice that its postmaster is gone.
            using var process = Process.GetProcessById(int.Parse(sender, CultureInfo.InvariantCulture));
            process.Kill();
        }

        _stoppedSenders = [];
        await patroniEnded;
        if (postmaster is not null)
        {
            await postmaster.WaitForExitAsync();
            postmaster.Dispose();
        }
    }

    /// <summary>Ends when PostgreSQL is gone as well: it writes where Patroni does.</summary>
    internal async Task EndPatroniAsync()
    {
        if (_patroni is { } patroni)
        {
            _patroni = null;
            await patroni.DisposeAsync();
        }
    }

    internal string LastLines() => $"{name}: {_patroni?.LastLines()}";

    /// <summary>Patroni takes settings from the environment, too, and so does PostgreSQL's library.</summary>
    internal static IReadOnlyList<string> CleanEnvironment { get; } = ["-i", "LC_ALL=C", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"];

    private Process? FindPostmaster()
    {
        try
        {
            var id = int.Parse(File.ReadLines(Data + "/postmaster.pid").First(), CultureInfo.InvariantCulture);
            var command = File.ReadAllText($"/proc/{id}/cmdline", Encoding.UTF8);
            return command.Contains(Data, StringComparison.Ordinal) ? Process.GetProcessById(id) : null;
        }
        catch (Exception exception) when (exception is IOException or ArgumentException)
        {
            return null;
        }
    }
}
