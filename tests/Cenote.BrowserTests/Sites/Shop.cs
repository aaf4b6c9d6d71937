using Npgsql;

[assembly: AssemblyFixture(typeof(Shop))]

namespace Cenote.BrowserTests.Sites;

/// <summary>
/// An application on a bad day, for tests that only look: pools on SQLite and PostgreSQL under load, one of them
/// saturated, one with a leak, one without its database, and a replica set. It begins with the first test that needs
/// it.
/// </summary>
public sealed class Shop : IAsyncDisposable
{
    internal const string Leaking = "orders";
    internal const string Saturated = "billing";
    internal const string Unreachable = "search";
    internal const string Set = "catalog";

    private readonly Lazy<Task<Site>> _site;
    private readonly TestPools _pools = new();
    private readonly Load _load = new();
    private readonly List<ConnectionLease> _held = [];
    private ReplicaSet? _set;

    public Shop() => _site = new Lazy<Task<Site>>(OpenAsync);

    internal Task<Site> SiteAsync() => _site.Value;

    public async ValueTask DisposeAsync()
    {
        if (_site.IsValueCreated)
        {
            await (await _site.Value).DisposeAsync();
        }

        await _load.DisposeAsync();
        foreach (var lease in _held)
        {
            await lease.DisposeAsync();
        }

        if (_set is not null)
        {
            await _set.DisposeAsync();
        }

        await _pools.DisposeAsync();
    }

    private async Task<Site> OpenAsync()
    {
        var orders = await _pools.AddSqliteAsync(Leaking, 2, 8, static options =>
        {
            options.LeakDetection = new LeakDetectionOptions { Threshold = TimeSpan.FromSeconds(1), StackSamplingInterval = 1 };
            options.StatementStatistics = new StatementStatisticsOptions();
        });
        _load.Add(orders, 2, "CREATE TABLE IF NOT EXISTS lines (id INTEGER PRIMARY KEY, total REAL)", "INSERT INTO lines (total) VALUES (12.5)", "SELECT sum(total) FROM lines WHERE id > 10");
        _load.Add(orders, 1, "SELECT * FROM cusotmers WHERE id = 7");
        _held.Add(await orders.RentAsync());

        var billing = await _pools.AddPostgreSqlAsync(Saturated, 2, 2, static options =>
        {
            options.AcquireTimeout = TimeSpan.FromMinutes(5);
            options.StatementStatistics = new StatementStatisticsOptions();
        });
        _load.Add(billing, 6, "SELECT count(*) FROM generate_series(1, 1000)", "SELECT pg_sleep(0.4)");

        var nowhere = new NpgsqlConnectionStringBuilder(RealServers.PostgreSql) { Port = 1 }.ConnectionString;
        var search = await _pools.AddAsync(new ConnectionPoolBuilder().WithName(Unreachable).UseProvider(new Cenote.PostgreSqlProvider(nowhere)).WithSize(0, 4).Configure(static options =>
        {
            options.AcquireTimeout = TimeSpan.FromSeconds(1);
            options.MaxOpenRetries = 0;
            options.CircuitBreaker = new CircuitBreakerOptions { FailureThreshold = 2 };
        }));
        _load.Add(search, 2, "SELECT 1");
        for (var number = 1; number <= 3; number++)
        {
            _load.Add(await _pools.AddSqliteAsync($"reports {number}"), 1, "SELECT 1");
        }

        var file = _pools.SqliteFile("catalog");
        var readOnly = new SqliteProviderOptions { IsReadOnly = true };
        _set = new ReplicaSetBuilder(Set)
            .AddPrimary("catalog writer", pool => pool.UseSqlite(file).WithSize(1, 1).Configure(static options => options.StartupMode = StartupMode.FailFast))
            .AddReplica("catalog reader 1", pool => pool.UseSqlite(file, readOnly).WithSize(1, 4))
            .AddReplica("catalog reader 2", pool => pool.UseSqlite(file, readOnly).WithSize(1, 4))
            .Build();
        await _set.WaitUntilReadyAsync().Soon();
        _load.Add(_set.ReadDataSource, 3, "SELECT 1").Add(_set.WriteDataSource, 1, "SELECT 1");
        return await Site.StartAsync(new SiteOptions { Registry = _pools.Registry, ReplicaSets = [_set] });
    }
}
