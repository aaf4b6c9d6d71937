using Cenote.Providers;
using Cenote.TestServers.Processes;
using MySqlConnector;

namespace Cenote.ClusterLab.Clusters;

/// <summary>MariaDB: three servers that all take writes, and commit what a majority has seen.</summary>
internal sealed class GaleraCluster : Cluster
{
    private readonly List<GaleraServer> _servers = [];
    private string _versions = "";

    private GaleraCluster(LabDirectory directory)
        : base(directory)
    {
        for (var number = 1; number <= 3; number++)
        {
            _servers.Add(new GaleraServer(Directory, $"n{number}"));
        }
    }

    internal override string Name => "Galera of three";

    internal override string Versions => _versions;

    internal override IReadOnlyList<int> Ports => [.. _servers.Select(static server => server.Port)];

    internal override bool HasReplicas => false;

    internal override string Insert => "INSERT INTO notes (client, number) VALUES (@client, @number) RETURNING @@port";

    internal override string Look => "SELECT @@port, NOT @@read_only, (SELECT coalesce(max(number), 0) FROM notes WHERE client = @client)";

    internal override string AllRows => "SELECT client, number FROM lab.notes";

    internal static async Task<GaleraCluster> CreateAsync() => new(await LabDirectory.CreateAsync("galera"));

    internal override string ConnectionString(int port) =>
        $"Server=127.0.0.1;Port={port};Database=lab;User ID={User};Password={Password};Default Command Timeout=5;Cancellation Timeout=-1;SSL Mode=None;Allow Public Key Retrieval=true";

    internal override DatabaseProvider CreateProvider(int port) => new MySqlProvider(ConnectionString(port));

    internal override DbConnection CreateAdminConnection(int port) =>
        new MySqlConnection($"Server=127.0.0.1;Port={port};User ID=root;Pooling=false;Allow User Variables=true;Connection Timeout=2;Default Command Timeout=10;SSL Mode=None;Allow Public Key Retrieval=true");

    internal override async ValueTask<bool> HasRecoveredAsync(int without)
    {
        foreach (var port in Ports.Where(port => port != without))
        {
            if (await AskAsync(port, Status("wsrep_cluster_size")) is "2" && await AskAsync(port, Status("wsrep_ready")) is "ON")
            {
                return true;
            }
        }

        return false;
    }

    internal override Task KillAsync(int port) => Server(port).KillAsync();

    internal override Task RestartAsync(int port) => Server(port).StartAsync(Group);

    protected override async Task StartServersAsync()
    {
        var first = _servers[0];
        await first.InstallAsync();
        await first.StartAsync("");
        await ExecuteAsync(
            first.Port,
            "CREATE DATABASE lab",
            "CREATE TABLE lab.notes (client int, number int, PRIMARY KEY (client, number)) ENGINE = InnoDB",
            $"CREATE USER {User}@'%' IDENTIFIED BY '{Password}'",
            $"GRANT ALL ON lab.* TO {User}@'%'");

        // One after the other: each takes a copy, and who gives one is busy meanwhile.
        foreach (var server in _servers.Skip(1))
        {
            await server.MakeEmptyAsync();
            await server.StartAsync(Group);
        }

        await SoonAsync(async () => await AskAsync(first.Port, Status("wsrep_cluster_size")) is "3", $"{Name}: three servers");
        var galera = await AskAsync(first.Port, Status("wsrep_provider_version"));
        _versions = $"MariaDB {await AskAsync(first.Port, "SELECT @@version")}, Galera {galera?.Split('(')[0]}";
    }

    protected override async ValueTask StopServersAsync(Sweeper sweeper)
    {
        await Task.WhenAll(_servers.Select(static server => server.KillAsync()));
        await sweeper.SweepAsync();
    }

    private string Group => string.Join(',', _servers.Select(static server => $"127.0.0.1:{server.GroupPort}"));

    private GaleraServer Server(int port) => _servers.First(server => server.Port == port);

    private static string Status(string name) => $"SELECT variable_value FROM information_schema.global_status WHERE variable_name = '{name}'";
}
