using Cenote.TestServers.Processes;
using MySqlConnector;

namespace Cenote.TestServers;

/// <summary>A real MariaDB that is a Galera cluster of one, and can lose its cluster and find it again.</summary>
internal sealed class GaleraNode : IAsyncDisposable
{
    private readonly LabDirectory _directory;
    private readonly int _groupPort = FreePort.Take();
    private ServerProcess? _process;

    private GaleraNode(LabDirectory directory) => _directory = directory;

    internal int Port { get; } = FreePort.Take();

    internal string ConnectionString => $"Server=127.0.0.1;Port={Port};Database=lab;User ID=root;SSL Mode=None";

    internal static async Task<GaleraNode> StartAsync()
    {
        var node = new GaleraNode(await LabDirectory.CreateAsync("galera"));
        string[] small = ["--innodb-log-file-size=32M", "--innodb-buffer-pool-size=32M"];
        var data = node._directory.Path + "/data";
        await Programs.RunAsync(Programs.AsOrdinaryUser(
            "mariadb-install-db",
            ["--no-defaults", $"--datadir={data}", $"--tmpdir={node._directory.Path}", "--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve", .. small]));
        node._process = await ServerProcess.StartAsync(
            Programs.MariaDb,
            [
                "--no-defaults", $"--datadir={data}", $"--tmpdir={node._directory.Path}", $"--port={node.Port}", "--bind-address=127.0.0.1", $"--socket={node._directory.Path}/s",
                $"--pid-file={node._directory.Path}/pid", "--skip-name-resolve", "--innodb-flush-log-at-trx-commit=0", .. small,
                "--binlog-format=ROW", "--innodb-autoinc-lock-mode=2",
                "--wsrep-on=ON", $"--wsrep-provider={Programs.Galera}", "--wsrep-cluster-name=lab", "--wsrep-cluster-address=gcomm://", $"--wsrep-node-address=127.0.0.1:{node._groupPort}",

                // It looks for a cluster that it has lost for a second, then gives up and stays without one.
                $"--wsrep-provider-options=base_host=127.0.0.1;base_port={node._groupPort};gmcast.listen_addr=tcp://127.0.0.1:{node._groupPort};ist.recv_addr=127.0.0.1:{FreePort.Take()};pc.wait_prim_timeout=PT1S;pc.announce_timeout=PT1S;gcache.size=16M",
            ],
            "Synchronized with group, ready for connections");
        await node.ExecuteAsync("CREATE DATABASE lab");
        await node.ExecuteAsync("CREATE TABLE lab.notes (n int)");
        return node;
    }

    /// <summary>Leaves the node alone: it lets clients in, and refuses what they ask for.</summary>
    internal Task LoseClusterAsync() => ExecuteAsync("SET GLOBAL wsrep_cluster_address = 'gcomm://127.0.0.1:1'");

    internal Task FindClusterAsync() => ExecuteAsync("SET GLOBAL wsrep_cluster_address = 'gcomm://'");

    /// <summary>Runs a statement of the administrator's.</summary>
    internal async Task ExecuteAsync(string statement)
    {
        await using var connection = new MySqlConnection($"Server=127.0.0.1;Port={Port};User ID=root;SSL Mode=None;Pooling=false;Default Command Timeout=0");
        await connection.OpenAsync();
        await using var command = new MySqlCommand(statement, connection);
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        _directory.Dispose();
    }
}
