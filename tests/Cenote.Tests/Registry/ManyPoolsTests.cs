using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Cenote.Tests.Registry;

/// <summary>
/// Pools that are constructed again and again to one database. Fake time sets the pools of each test apart from all
/// others.
/// </summary>
public sealed class ManyPoolsTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly FakeLogger _logger = new();
    private readonly List<ConnectionPool> _pools = [];

    private IEnumerable<FakeLogRecord> Warnings => _logger.Collector.GetSnapshot().Where(static record => record.Id.Id == 3);

    [Fact]
    public async Task A_leak_of_pools_is_reported_once_with_another_pool_and_the_way_out()
    {
        for (var call = 0; call < 40; call++)
        {
            NewPool("shop");
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        var warning = Assert.Single(Warnings);
        Assert.Equal(LogLevel.Warning, warning.Level);
        Assert.StartsWith(
            "Pool shop: 4 live pools of this process connect to stub at stub/stub, for example pool shop, constructed 3 s ago. Create one pool and keep it, or dispose of each: ",
            warning.Message,
            StringComparison.Ordinal);
        Assert.Contains(nameof(A_leak_of_pools_is_reported_once_with_another_pool_and_the_way_out), warning.Message, StringComparison.Ordinal);
        var recorded = Assert.Single(_pools.SelectMany(static pool => pool.GetEvents()), static happened => happened.Kind == PoolEventKind.ManyPoolsFound);
        Assert.Equal(PoolEventLevel.Warning, recorded.Level);
        Assert.Contains("for example pool shop, constructed 3 s ago", recorded.Message, StringComparison.Ordinal);
        await DisposeAllAsync();
    }

    [Fact]
    public async Task Names_that_differ_hide_no_leak()
    {
        for (var call = 0; call < 40; call++)
        {
            NewPool($"call {call}");
        }

        Assert.Contains("Pool call 9: 10 live pools", Assert.Single(Warnings).Message, StringComparison.Ordinal);
        Assert.Contains("pool call 0, constructed", Assert.Single(Warnings).Message, StringComparison.Ordinal);
        await DisposeAllAsync();
    }

    [Fact]
    public async Task Pools_that_are_constructed_at_once_are_reported_once()
    {
        using var start = new Barrier(8);
        var constructions = Enumerable.Range(0, 8).Select(_ => Patience.OnOwnThread(() =>
        {
            start.SignalAndWait();
            for (var i = 0; i < 5; i++)
            {
                NewPool("shop");
            }

            return true;
        }));

        await Task.WhenAll(constructions.ToList()).Soon();

        Assert.Single(Warnings);
        await DisposeAllAsync();
    }

    [Fact]
    public async Task A_few_pools_to_one_database_are_nobodys_leak()
    {
        string?[] names = ["reader", "writer", "reports", "jobs", "identity", "audit", "search", null, null];
        foreach (var name in names)
        {
            NewPool(name);
        }

        Assert.Empty(Warnings);
        await DisposeAllAsync();
    }

    [Fact]
    public async Task Pools_that_were_disposed_of_do_not_count()
    {
        for (var call = 0; call < 40; call++)
        {
            await NewPool("shop").DisposeAsync().Soon();
        }

        Assert.Empty(Warnings);
    }

    [Fact]
    public async Task A_job_that_disposes_of_its_pool_does_not_repeat_the_warning()
    {
        NewPool("shop");
        NewPool("shop");
        NewPool("shop");
        for (var job = 0; job < 10; job++)
        {
            await NewPool("shop").DisposeAsync().Soon();
        }

        Assert.Single(Warnings);
        await DisposeAllAsync();
    }

    [Fact]
    public async Task A_database_is_reported_again_once_every_pool_of_the_first_leak_is_gone()
    {
        for (var i = 0; i < 6; i++)
        {
            NewPool("shop");
        }

        await DisposeAllAsync();
        for (var i = 0; i < 6; i++)
        {
            NewPool("shop");
        }

        Assert.Equal(2, Warnings.Count());
        await DisposeAllAsync();
    }

    [Theory]
    [InlineData("Data Source=a.db", "Data Source=b.db", false)]
    [InlineData("Data Source=a.db", "data source = a.db; Cache=Shared", true)]
    [InlineData("Server=a;User=app", "Server=a;User=reports", false)]
    [InlineData("Server=a;User=app;Password=one", "Server=a;User=app;Password=two", true)]
    [InlineData("Server=a;Database=shop", "Server=a;Database=stock", false)]
    [InlineData("Server=a;Port=1", "Server=a;Port=2", false)]
    [InlineData("Dsn=a;Mode=x", "Dsn=a;Mode=y", false)]
    [InlineData("Data Source=:memory:", "Data Source=:memory:", false)]
    public async Task Server_database_and_user_make_the_place(string first, string second, bool isSame)
    {
        foreach (var connectionString in (string[])[first, first, second, second])
        {
            NewPool("shop", new AdoNetProvider(new PlainFactory(), connectionString));
        }

        Assert.Equal(isSame ? 1 : 0, Warnings.Count());
        await DisposeAllAsync();
    }

    [Fact]
    public async Task No_secret_and_no_user_is_in_the_warning()
    {
        for (var i = 0; i < 5; i++)
        {
            NewPool("shop", new AdoNetProvider(new PlainFactory(), "Server=a;Database=shop;User=anna;Password=s3cr3t"));
        }

        var message = Assert.Single(Warnings).Message;
        Assert.Contains("connect to other_sql at a/shop,", message, StringComparison.Ordinal);
        Assert.DoesNotContain("anna", message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cr3t", message, StringComparison.Ordinal);
        await DisposeAllAsync();
    }

    /// <summary>
    /// What the warning says of pools that are not disposed of. The roster of live pools does not cause it.
    /// </summary>
    [Fact]
    public async Task A_pool_that_is_only_dropped_lives_on_and_counts()
    {
        var time = new SystemTime();
        for (var i = 0; i < 3; i++)
        {
            Drop(time);
        }

        for (var i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        NewPool("dropped", new StubProvider(new StubDatabase()), time);
        Assert.Single(Warnings);
        foreach (var dropped in Telemetry.PoolMetrics.Pools.Read().Where(static pool => pool.Settings.Name == "dropped"))
        {
            await dropped.Lifecycle.CloseAsync().Soon();
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Drop(TimeProvider time) => _ = new ConnectionPool(
        new StubProvider(new StubDatabase()), new ConnectionPoolOptions { Name = "dropped", MinSize = 0, TimeProvider = time, LoggerFactory = new SingleLoggerFactory(_logger) });

    private ConnectionPool NewPool(string? name, DatabaseProvider? provider = null, TimeProvider? time = null)
    {
        var pool = new ConnectionPool(
            provider ?? new StubProvider(new StubDatabase()),
            new ConnectionPoolOptions { Name = name, MinSize = 0, TimeProvider = time ?? _time, LoggerFactory = new SingleLoggerFactory(_logger) });
        lock (_pools)
        {
            _pools.Add(pool);
        }

        return pool;
    }

    private async Task DisposeAllAsync()
    {
        foreach (var pool in _pools)
        {
            await pool.DisposeAsync().Soon();
        }

        _pools.Clear();
    }

    /// <summary>The system's clock and timers, set apart from those of other tests.</summary>
    private sealed class SystemTime : TimeProvider
    {
    }

/// <summary>Makes no connections: none is opened here.</summary>
    private sealed class PlainFactory : System.Data.Common.DbProviderFactory
    {
    }
}
