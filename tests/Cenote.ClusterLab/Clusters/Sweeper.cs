using System.Diagnostics;
using Cenote.TestServers.Processes;

namespace Cenote.ClusterLab.Clusters;

/// <summary>
/// Ends whatever has a directory of the lab's in its command line, when it is told to or when this process is gone,
/// however it ended. Patroni's servers detach themselves from Patroni, and Galera's copying programs from Galera:
/// no other process would end them.
/// </summary>
internal sealed class Sweeper : IAsyncDisposable
{
    // The directory comes by way of the input, or the script would find itself. The input ends when this process does.
    private const string Script = """
        read -r directory && [ -n "$directory" ] || exit 2
        cat >/dev/null
        for process in /proc/[0-9]*; do
            if grep -qsF "$directory/" "$process/cmdline"; then
                kill -KILL "${process#/proc/}" 2>/dev/null
            fi
        done
        rm -rf "$directory"
        """;

    private readonly Process _process;
    private bool _isDone;

    private Sweeper(Process process) => _process = process;

    internal static async Task<Sweeper> StartAsync(string directory)
    {
        // A session of its own: who ends the lab's process group is not to end this.
        var process = await ProcessNursery.StartAsync(Programs.AsThisUser("setsid", ["sh", "-c", Script]));
        await process.StandardInput.WriteLineAsync(directory);
        await process.StandardInput.FlushAsync();
        return new Sweeper(process);
    }

    internal async Task SweepAsync()
    {
        if (!_isDone)
        {
            _isDone = true;
            _process.StandardInput.Close();
            await _process.WaitForExitAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await SweepAsync();
        _process.Dispose();
    }
}
