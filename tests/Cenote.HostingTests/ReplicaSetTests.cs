using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Time.Testing;

namespace Cenote.HostingTests;

/// <summary>
/// A host with a replica set on a file of SQLite, beside a pool. A server that is out reads a file that is not there.
/// </summary>
public sealed class ReplicaSetTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("cenote-host-").FullName;

    private string File => Path.Combine(_directory, "shop.db");

    private string Missing => Path.Combine(_directory, "nowhere", "shop.db");

    public void Dispose() => TemporaryFolder.Delete(_directory);

    [Fact]
    public async Task Set_and_its_pools_are_ready_before_the_host_serves_and_drained_after_it()
    {
        await using var database = await TestDatabase.CreateAsync(Db.Sqlite);
        await using var app = Create(database, File, options => options.WarmUpTargets["shop/readers"] = 3);

        await app.StartAsync();

        var set = app.App.Services.GetRequiredKeyedService<ReplicaSet>("shop");
        Assert.Equal([1, 3], [.. set.Servers.Select(static server => server.Pool.GetStatistics().Counts.Idle)]);
        Assert.Contains("primary writer, 1 of 1 replicas serve", await app.Log.First(103), StringComparison.Ordinal);
        var (status, text) = await app.AskAsync("/ready");
        Assert.Equal(200, status);
        Assert.StartsWith("connection_pools: Healthy: orders: ", text, StringComparison.Ordinal);
        Assert.Contains("; shop: primary writer, 1 of 1 replicas serve; shop/writer: ", text, StringComparison.Ordinal);

        await app.App.StopAsync(Stop);

        Assert.All(set.Servers, static server => Assert.Equal(0, server.Pool.GetStatistics().Counts.Total));
    }

    [Fact]
    public async Task A_replica_that_is_out_neither_fails_nor_delays_the_start_and_degrades_readiness()
    {
        await using var database = await TestDatabase.CreateAsync(Db.Sqlite);
        await using var app = Create(database, Missing, static options =>
        {
            options.DatabaseUnavailableBehavior = DatabaseUnavailableBehavior.FailFast;
            options.WarmUpTimeout = TimeSpan.FromHours(1);
        });

        await app.StartAsync();

        Assert.Contains("shop/readers", await app.Log.First(105), StringComparison.Ordinal);
        var (status, text) = await app.AskAsync("/ready");
        Assert.Equal(200, status);
        Assert.StartsWith("connection_pools: Degraded: ", text, StringComparison.Ordinal);
        Assert.Contains("shop: primary writer, readers is Unreachable", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_primary_the_start_fails_when_asked_to()
    {
        await using var database = await TestDatabase.CreateAsync(Db.Sqlite);
        var time = new FakeTimeProvider();
        await using var app = Create(
            database, Missing, writer: Missing, time: time, hosting: static options => options.DatabaseUnavailableBehavior = DatabaseUnavailableBehavior.FailFast);

        // The pool beside the set is warm before the time is over.
        var start = app.App.StartAsync(Stop);
        await app.Log.First(101);
        time.Advance(TimeSpan.FromSeconds(15));
        var exception = await Assert.ThrowsAsync<PoolWarmUpException>(() => start.Soon());

        var failure = Assert.Single(exception.Failures);
        Assert.Equal("shop", failure.PoolName);
        Assert.StartsWith("no primary: writers wait, then fail.", failure.Description, StringComparison.Ordinal);
        Assert.Contains("1 of 2 connection pools is not ready", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_that_may_start_without_a_primary_is_not_ready_until_there_is_one()
    {
        await using var database = await TestDatabase.CreateAsync(Db.Sqlite);
        await using var app = Create(database, Missing, writer: Missing, hosting: static options => options.WarmUpTimeout = TimeSpan.FromMilliseconds(300));

        await app.StartAsync();

        Assert.Contains("no primary: writers wait, then fail", await app.Log.First(104), StringComparison.Ordinal);
        Assert.Equal(503, (await app.AskAsync("/ready")).Status);
        Assert.Equal(200, (await app.AskAsync("/live")).Status);

        Directory.CreateDirectory(Path.GetDirectoryName(Missing)!);
        await Patience.UntilAsync(() => app.AskAsync("/ready"), static answer => answer.Status == 200);
    }

    [Fact]
    public async Task A_set_that_cannot_be_constructed_fails_the_start_with_its_name()
    {
        await using var database = await TestDatabase.CreateAsync(Db.Sqlite);
        await using var app = HostedApp.Create(database.CreateProvider, services: static services => services.AddReplicaSet("shop", static _ => { }));

        var exception = await Assert.ThrowsAsync<PoolWarmUpException>(() => app.App.StartAsync(Stop).Soon());

        Assert.Equal("shop", Assert.Single(exception.Failures).PoolName);
        Assert.Contains("The set has no server", exception.Message, StringComparison.Ordinal);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private HostedApp Create(TestDatabase database, string readers, Action<PoolHostingOptions> hosting, string? writer = null, TimeProvider? time = null) =>
        HostedApp.Create(database.CreateProvider, hosting: hosting, services: services => services.AddSingleton(time ?? TimeProvider.System).AddReplicaSet("shop", set => set
            .AddPrimary("writer", pool => pool.UseSqlite($"Data Source={writer ?? File}").WithSize(1, 1).Configure(options =>
            {
                // The writer creates the file, before a reader looks for it.
                options.StartupMode = writer is null ? StartupMode.FailFast : options.StartupMode;
                options.OpenRetryBaseDelay = TimeSpan.FromMilliseconds(20);
            }))
            .AddReplica("readers", pool => pool.UseSqlite($"Data Source={readers}", new SqliteProviderOptions { IsReadOnly = true }).WithSize(1, 4))
            .Configure(static options => options.ProbeInterval = TimeSpan.FromMilliseconds(50))));
}
