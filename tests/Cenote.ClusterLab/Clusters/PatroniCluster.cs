using System.Text.Json;
using Cenote.Providers;
using Cenote.TestServers.Processes;
using Npgsql;

namespace Cenote.ClusterLab.Clusters;

/// <summary>
/// PostgreSQL: one primary and two streaming replicas, each under a Patroni, which agree on the leader by way of etcd.
/// </summary>
internal sealed class PatroniCluster : Cluster
{
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(5) };
    private readonly bool _isSynchronous;
    private readonly int _etcdPort = FreePort.Take();
    private readonly List<PatroniServer> _servers = [];
    private ServerProcess? _etcd;
    private string _versions = "";

    private PatroniCluster(LabDirectory directory, bool isSynchronous)
        : base(directory)
    {
        _isSynchronous = isSynchronous;
        for (var number = 1; number <= 3; number++)
        {
            _servers.Add(new PatroniServer(Directory, $"n{number}", FreePort.Take(), FreePort.Take()));
        }
    }

    internal override string Name => _isSynchronous ? "Patroni, synchronous mode" : "Patroni, asynchronous";

    internal override string Versions => _versions;

    internal override IReadOnlyList<int> Ports => [.. _servers.Select(static server => server.Port)];

    internal override bool HasReplicas => true;

    internal override string Insert => "INSERT INTO notes (client, number) VALUES (@client, @number) RETURNING current_setting('port')::int";

    internal override string Look =>
        "SELECT current_setting('port')::int, NOT pg_is_in_recovery(), (SELECT coalesce(max(number), 0) FROM notes WHERE client = @client)";

    internal override string AllRows => "SELECT client, number FROM notes";

    internal static async Task<PatroniCluster> CreateAsync(bool isSynchronous) => new(await LabDirectory.CreateAsync("patroni"), isSynchronous);

    internal override string ConnectionString(int port) =>
        $"Host=127.0.0.1;Port={port};Database=postgres;Username={User};Password={Password};Command Timeout=5;SSL Mode=Disable";

    internal override DatabaseProvider CreateProvider(int port) => new PostgreSqlProvider(ConnectionString(port));

    internal override DbConnection CreateAdminConnection(int port) =>
        new NpgsqlConnection($"Host=127.0.0.1;Port={port};Database=postgres;Username=admin;Pooling=false;Timeout=2;Command Timeout=10;SSL Mode=Disable");

    internal override async ValueTask<bool> HasRecoveredAsync(int without)
    {
        foreach (var port in Ports.Where(port => port != without))
        {
            if (await AskAsync(port, "SELECT pg_is_in_recovery()") is "False")
            {
                return true;
            }
        }

        return false;
    }

    internal override async Task HoldUpReplicationAsync(int port)
    {
        var senders = await AskAsync(port, "SELECT string_agg(pid::text, ' ') FROM pg_stat_replication");
        await Server(port).StopSendersAsync(senders ?? throw new InvalidOperationException($"{Name}: the leader does not answer."));
    }

    internal override Task KillAsync(int port) => Server(port).KillAsync();

    internal override Task RestartAsync(int port) => Server(port).StartAsync();

    protected override async Task StartServersAsync()
    {
        var peerPort = FreePort.Take();
        _etcd = await ServerProcess.StartAsync(
            "env",
            [
                .. PatroniServer.CleanEnvironment, Programs.Etcd, "--name", "e", "--data-dir", $"{Directory}/etcd", "--unsafe-no-fsync",
                "--listen-client-urls", Url(_etcdPort), "--advertise-client-urls", Url(_etcdPort),
                "--listen-peer-urls", Url(peerPort), "--initial-advertise-peer-urls", Url(peerPort), "--initial-cluster", $"e={Url(peerPort)}",
            ],
            "ready to serve client requests");
        foreach (var server in _servers)
        {
            await File.WriteAllTextAsync(
                $"{Directory}/{server.Name}.yml",
                PatroniConfiguration.For(Directory, server.Name, server.Port, server.RestPort, _etcdPort, _isSynchronous));
        }

        await Task.WhenAll(_servers.Select(static server => server.StartAsync()));
        await SoonAsync(IsCompleteAsync, $"{Name}: a leader with two replicas{Environment.NewLine}{string.Join(Environment.NewLine, _servers.Select(static server => server.LastLines()))}");
        var leader = await FindLeaderAsync();
        await ExecuteAsync(
            leader,
            $"CREATE ROLE {User} LOGIN PASSWORD '{Password}'",
            "CREATE TABLE notes (client int, number int, PRIMARY KEY (client, number))",
            $"GRANT ALL ON notes TO {User}");
        _versions = $"PostgreSQL {await AskAsync(leader, "SHOW server_version")}, Patroni {await PatroniVersionAsync()}, etcd {await EtcdVersionAsync()}";
    }

    protected override async ValueTask StopServersAsync(Sweeper sweeper)
    {
        var ends = _servers.ConvertAll(static server => server.EndPatroniAsync());
        await sweeper.SweepAsync();
        await Task.WhenAll(ends);
        if (_etcd is not null)
        {
            await _etcd.DisposeAsync();
        }

        _http.Dispose();
    }

    private PatroniServer Server(int port) => _servers.First(server => server.Port == port);

    private async Task<int> FindLeaderAsync()
    {
        foreach (var port in Ports)
        {
            if (await AskAsync(port, "SELECT pg_is_in_recovery()") is "False")
            {
                return port;
            }
        }

        throw new InvalidOperationException($"{Name} has no leader.");
    }

    /// <summary>
    /// Both replicas stream, and in synchronous mode etcd has noted which one may be promoted: before, a failover would
    /// promote none.
    /// </summary>
    private async ValueTask<bool> IsCompleteAsync()
    {
        foreach (var port in Ports)
        {
            if (await AskAsync(port, "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'") is "2")
            {
                return !_isSynchronous || await HasSynchronousReplicaAsync(Server(port).RestPort);
            }
        }

        return false;
    }

    private async Task<bool> HasSynchronousReplicaAsync(int restPort)
    {
        using var cluster = JsonDocument.Parse(await _http.GetStringAsync($"{Url(restPort)}/cluster"));
        return cluster.RootElement.GetProperty("members").EnumerateArray().Any(static member => member.GetProperty("role").ValueEquals("sync_standby"));
    }

    private async Task<string?> PatroniVersionAsync()
    {
        using var status = JsonDocument.Parse(await _http.GetStringAsync($"{Url(_servers[0].RestPort)}/patroni"));
        return status.RootElement.GetProperty("patroni").GetProperty("version").GetString();
    }

    private async Task<string?> EtcdVersionAsync()
    {
        using var version = JsonDocument.Parse(await _http.GetStringAsync($"{Url(_etcdPort)}/version"));
        return version.RootElement.GetProperty("etcdserver").GetString();
    }

    private static string Url(int port) => $"http://127.0.0.1:{port}";
}
