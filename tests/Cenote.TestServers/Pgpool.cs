using Cenote.TestServers.Processes;

namespace Cenote.TestServers;

/// <summary>A real pgpool-II with load balancing in front of a primary and its replicas.</summary>
internal sealed class Pgpool : IAsyncDisposable
{
    private readonly LabDirectory _directory;
    private ServerProcess? _process;

    private Pgpool(LabDirectory directory) => _directory = directory;

    internal int Port { get; } = FreePort.Take();

    /// <summary>Starts it.</summary>
    /// <param name="servers">The primary, then its replicas.</param>
    /// <param name="settings">Lines of its configuration.</param>
    internal static async Task<Pgpool> StartAsync(IReadOnlyList<PostgreSqlServer> servers, params string[] settings)
    {
        var pgpool = new Pgpool(await LabDirectory.CreateAsync("pgpool"));
        string[] configuration =
        [
            "listen_addresses = '127.0.0.1'",
            $"port = {pgpool.Port.ToString(CultureInfo.InvariantCulture)}",
            $"socket_dir = '{pgpool._directory.Path}'",
            $"pcp_socket_dir = '{pgpool._directory.Path}'",
            "pcp_listen_addresses = ''",
            $"pcp_port = {FreePort.Take().ToString(CultureInfo.InvariantCulture)}",
            $"pid_file_name = '{pgpool._directory.Path}/pid'",
            $"logdir = '{pgpool._directory.Path}'",
            "num_init_children = 20",
            "load_balance_mode = on",
            "backend_clustering_mode = 'streaming_replication'",
            "sr_check_user = 'admin'",
            "sr_check_period = 1",
            .. servers.SelectMany(static (server, number) => new[]
            {
                string.Create(CultureInfo.InvariantCulture, $"backend_hostname{number} = '127.0.0.1'"),
                string.Create(CultureInfo.InvariantCulture, $"backend_port{number} = {server.Port}"),
                string.Create(CultureInfo.InvariantCulture, $"backend_weight{number} = 1"),
                string.Create(CultureInfo.InvariantCulture, $"backend_data_directory{number} = '{server.Directory}'"),
            }),
            .. settings,
        ];
        var file = pgpool._directory.Path + "/pgpool.conf";
        await Programs.WriteAsync(file, string.Join('\n', configuration) + "\n");
        pgpool._process = await ServerProcess.StartAsync(Programs.Pgpool, ["-n", "-f", file], "pgpool-II successfully started");
        return pgpool;
    }

    internal string ConnectionString(string user) =>
        $"Host=127.0.0.1;Port={Port.ToString(CultureInfo.InvariantCulture)};Database=postgres;Username={user};SSL Mode=Disable";

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.StopAsync("INT");
            await _process.DisposeAsync();
        }

        _directory.Dispose();
    }
}
