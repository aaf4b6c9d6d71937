using Cenote.TestServers.Processes;

namespace Cenote.ClusterLab.Clusters;

/// <summary>One MariaDB of a Galera cluster. On one machine each needs four ports of its own.</summary>
internal sealed class GaleraServer(string directory, string name)
{
    private readonly int _statePort = FreePort.Take();
    private readonly int _incrementPort = FreePort.Take();
    private ServerProcess? _process;

    internal int Port { get; } = FreePort.Take();

    internal int GroupPort { get; } = FreePort.Take();

    private string Data => $"{directory}/{name}";

    /// <summary>
    /// Makes the data that the first server of a new cluster begins with; the others get theirs from it.
    /// </summary>
    internal Task InstallAsync() => Programs.RunAsync(Programs.AsOrdinaryUser(
        "mariadb-install-db",
        ["--no-defaults", $"--datadir={Data}", "--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve", .. SmallFiles]));

    internal Task MakeEmptyAsync() => Programs.RunAsync(Programs.AsOrdinaryUser("mkdir", [Data]));

    /// <summary>Starts it, and waits until it has all data of the cluster.</summary>
    /// <param name="group">Where to find the others; empty for the first server of a new cluster.</param>
    internal async Task StartAsync(string group) => _process = await ServerProcess.StartAsync(
        Programs.MariaDb,
        [
            "--no-defaults", $"--datadir={Data}", $"--port={Port}", "--bind-address=127.0.0.1", $"--socket={directory}/{name}.socket", $"--pid-file={directory}/{name}.pid",
            "--skip-name-resolve", "--max-connections=100", "--innodb-flush-log-at-trx-commit=0", .. SmallFiles,
            "--binlog-format=ROW", "--innodb-autoinc-lock-mode=2",
            "--wsrep-on=ON", $"--wsrep-provider={Programs.Galera}", "--wsrep-cluster-name=lab", $"--wsrep-cluster-address=gcomm://{group}",
            $"--wsrep-node-name={name}", $"--wsrep-node-address=127.0.0.1:{GroupPort}", "--wsrep-sst-method=rsync", $"--wsrep-sst-receive-address=127.0.0.1:{_statePort}",
            $"--wsrep-provider-options=base_host=127.0.0.1;base_port={GroupPort};gmcast.listen_addr=tcp://127.0.0.1:{GroupPort};ist.recv_addr=127.0.0.1:{_incrementPort};gcache.size=32M",
        ],
        "Synchronized with group, ready for connections");

    internal async Task KillAsync()
    {
        if (_process is { } process)
        {
            _process = null;
            await process.DisposeAsync();
        }
    }

    private static string[] SmallFiles => ["--innodb-log-file-size=32M", "--innodb-buffer-pool-size=32M"];
}
