using System.Globalization;

namespace Cenote.ProxyTests;

/// <summary>A set that was given one address for two real servers.</summary>
public sealed class SeveralServersTests : IAsyncLifetime
{
    private PostgreSqlServer _primary = null!;
    private PostgreSqlServer _replica = null!;

    public async ValueTask InitializeAsync()
    {
        _primary = await PostgreSqlServer.StartPrimaryAsync();
        _replica = await _primary.StartReplicaAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _replica.DisposeAsync();
        await _primary.DisposeAsync();
    }

    [Fact]
    public async Task A_set_reports_that_load_balancing_of_pgpool_hides_two_servers()
    {
        await using var pgpool = await Pgpool.StartAsync([_primary, _replica], "backend_weight0 = 0");
        await FindsAsync(pgpool.ConnectionString("admin"));
    }

    [Fact]
    public async Task A_set_reports_that_a_balancer_of_connections_hides_two_servers()
    {
        await using var balancer = await HaProxy.StartAsync([(_primary.Port, ""), (_replica.Port, "")], "balance roundrobin");
        await FindsAsync($"Host=127.0.0.1;Port={balancer.Port.ToString(CultureInfo.InvariantCulture)};Database=postgres;Username=admin;SSL Mode=Disable");
    }

    [Fact]
    public async Task A_set_with_one_server_behind_each_address_reports_nothing()
    {
        await using var bouncer = await PgBouncer.StartAsync(_primary, "pool_mode = transaction");
        await using var set = NewSet(bouncer.ConnectionString, _replica.ConnectionString(_replica.Port));
        await Patience.SoonAsync(() => set.GetStatistics().Servers.All(static server => server.Probes > 20), "probed");
        Assert.DoesNotContain(set.GetStatistics().Servers, static server => server.HasMultipleServers);
    }

    private static async Task FindsAsync(string address)
    {
        await using var set = NewSet(address);
        var told = new TaskCompletionSource<TopologyChange>(TaskCreationOptions.RunContinuationsAsynchronously);
        set.TopologyChanged += (_, changed) =>
        {
            if (changed.Change.Kind == TopologyChangeKind.MultipleServersFound)
            {
                told.TrySetResult(changed.Change);
            }
        };
        Assert.Equal("db1", (await told.Task.Soon()).Server.Name);
        var finding = Assert.Single(set.Diagnose().Findings, static finding => finding.Kind == FindingKind.MultipleServers);
        Assert.Contains("db1", finding.Summary, StringComparison.Ordinal);
        Assert.True(set.GetStatistics().Servers[0].HasMultipleServers);
    }

    private static ReplicaSet NewSet(string primary, string? replica = null)
    {
        static ConnectionPool NewPool(string connectionString) => new ConnectionPoolBuilder().UsePostgreSql(connectionString)
            .Configure(static options => (options.MinSize, options.MaxSize) = (0, 2)).Build();
        var builder = new ReplicaSetBuilder("shop").AddPrimary("db1", NewPool(primary)).Configure(static options => options.ProbeInterval = TimeSpan.FromMilliseconds(50));
        return (replica is null ? builder : builder.AddReplica("db2", NewPool(replica))).Build();
    }
}
