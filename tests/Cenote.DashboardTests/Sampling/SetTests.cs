using Cenote.Providers;

namespace Cenote.DashboardTests.Sampling;

public sealed class SetTests
{
    [Fact]
    public async Task A_set_shows_its_servers_who_served_the_reads_and_what_changed()
    {
        ReplicaSet? set = null;
        await using var site = new DashboardSite { Configure = options => options.ReplicaSets.Add(set!) };
        await using var made = set = await MakeAsync(site, "shop");
        await site.StartAsync();
        for (var i = 0; i < 6; i++)
        {
            await (await set.OpenReadConnectionAsync(TestContext.Current.CancellationToken)).DisposeAsync();
        }

        await (await set.OpenWriteConnectionAsync(TestContext.Current.CancellationToken)).DisposeAsync();
        site.Tick(2);

        var overview = await site.OverviewAsync();
        var row = Assert.Single(overview.ReplicaSets);
        Assert.Equal(("shop", "one", 2, 2), (row.Name, row.Primary, row.Servers, row.Serving));
        Assert.Equal(set.Diagnose().Summary, row.Summary);
        Assert.Equal(2, overview.Pools.Count);
        Assert.All(overview.Pools, pool => Assert.Equal("shop", pool.ReplicaSet));

        var json = await site.GetAsync("/pools/api/replica-set?name=shop", DashboardJson.Default.ReplicaSetJson);
        Assert.Equal([0, 1], json.Servers.Select(server => server.ReadShare));
        Assert.Equal([0, 3], json.Servers.Select(server => server.ReadsPerSecond));
        Assert.Equal([ServerRole.Primary, ServerRole.Replica], json.Servers.Select(server => Enum.Parse<ServerRole>(server.Role)));
        Assert.All(json.Servers, server => Assert.Contains(overview.Pools, pool => string.Equals(pool.Name, server.Pool, StringComparison.Ordinal)));
        Assert.Equal(set.GetTopologyChanges().Count, json.TopologyChanges.Count);
        Assert.Contains(json.TopologyChanges, change => change is { Change: "PrimaryChanged", Server: "one", FormerPrimary: null });
        Assert.True(json.TopologyChanges[0].Time >= json.TopologyChanges[^1].Time);
    }

    [Fact]
    public async Task Sets_that_are_services_show_once_the_application_has_started_keyed_ones_too()
    {
        await using var site = new DashboardSite
        {
            ConfigureServices = services =>
            {
                services.AddSingleton(provider => Make((TimeProvider)provider.GetService(typeof(TimeProvider))!, "plain"));
                services.AddKeyedSingleton("second", (provider, _) => Make((TimeProvider)provider.GetService(typeof(TimeProvider))!, "keyed"));
            },
        };
        await site.StartAsync();

        var overview = await Patience.UntilAsync(
            () =>
            {
                site.Tick();
                return site.OverviewAsync();
            },
            overview => overview.ReplicaSets.Count == 2);

        Assert.Equal("keyed plain", string.Join(' ', overview.ReplicaSets.Select(set => set.Name)));
    }

    [Fact]
    public async Task A_set_that_cannot_be_constructed_holds_nothing_up_and_is_logged()
    {
        await using var site = new DashboardSite { ConfigureServices = services => services.AddSingleton<ReplicaSet>(_ => throw new InvalidOperationException("no such set")) };
        await site.StartAsync();
        site.AddPool();

        await Patience.UntilAsync(
            async () =>
            {
                site.Tick();
                return (await site.OverviewAsync()).Pools.Count == 1 && site.Log.Messages.Any(message => message.EventId == 148);
            },
            isSaid => isSaid);
    }

    private static async Task<ReplicaSet> MakeAsync(DashboardSite site, string name)
    {
        var set = Make(site.Time, name);
        await set.WaitUntilReadyAsync(TestContext.Current.CancellationToken).Soon();
        return set;
    }

    private static ReplicaSet Make(TimeProvider time, string name)
    {
        var builder = new ReplicaSetBuilder(name).Configure(options =>
        {
            options.TimeProvider = time;
            options.ProbeInterval = TimeSpan.FromSeconds(1);
            options.SlowStartDuration = TimeSpan.Zero;
        });
        builder.AddPrimary("one", pool => pool.UseProvider(Server(ServerRole.Primary)).Configure(Settings));
        builder.AddReplica("two", pool => pool.UseProvider(Server(ServerRole.Replica)).Configure(Settings));
        return builder.Build();
    }

    private static void Settings(ConnectionPoolOptions options) => (options.MinSize, options.MaxSize, options.ResetMode) = (1, 4, ResetMode.None);

    private static StubProvider Server(ServerRole role)
    {
        var replication = new StubReplication();
        replication.Say(new ServerStatus { Role = role, Position = new StubPosition(0) });
        return new StubProvider(new StubDatabase()) { Replication = replication };
    }
}
