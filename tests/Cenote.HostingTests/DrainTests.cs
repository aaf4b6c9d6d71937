using Cenote.StubDriver;
using Microsoft.Extensions.Time.Testing;

namespace Cenote.HostingTests;

public sealed class DrainTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Services_that_stop_with_the_host_can_use_the_pool_until_their_end(bool concurrently)
    {
        await using var database = await TestDatabase.CreateAsync(Db.Sqlite);
        await using (var app = HostedApp.Create(
            database.CreateProvider,
            services: services => AddUsers(services, "early"),
            lateServices: services =>
            {
                AddUsers(services, "late");
                services.Configure<HostOptions>(options => options.ServicesStopConcurrently = concurrently);
            }))
        {
            var pool = app.Pool;
            foreach (var user in app.App.Services.GetServices<PoolUser>())
            {
                user.Use = async id =>
                {
                    await using var connection = await pool.OpenConnectionAsync();
                    await database.InsertAsync(connection, id);
                };
            }

            await app.StartAsync();
            await Task.WhenAll(app.App.Services.GetServices<PoolUser>().Select(static user => user.Executing)).Soon();
            await app.App.StopAsync().Soon();
        }

        Assert.Equal(
            ["early-disposed", "early-executed", "early-stopped", "late-disposed", "late-executed", "late-stopped"], await database.ReadIdsAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_service_that_keeps_a_connection_until_its_stop_delays_no_shutdown(bool isEarly)
    {
        await using var database = await TestDatabase.CreateAsync(Db.Sqlite);
        var keeper = new ConnectionKeeper();
        void Add(IServiceCollection services) => services.AddSingleton<IHostedService>(keeper);
        await using var app = HostedApp.Create(
            database.CreateProvider,
            hosting: options => options.DrainTimeout = TimeSpan.FromHours(1),
            services: services =>
            {
                services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromHours(1));
                if (isEarly)
                {
                    Add(services);
                }
            },
            lateServices: isEarly ? null : Add);
        keeper.Pool = app.Pool;
        await app.StartAsync();
        Assert.Equal(1, app.Pool.GetStatistics().Counts.Leased);

        await app.App.StopAsync().Soon();

        Assert.Equal(0, keeper.Pool.GetStatistics().Counts.Total);
        Assert.False(app.Log.Has(112));
    }

    [Fact]
    public async Task A_straggler_that_needs_a_second_connection_to_come_to_its_end_gets_it()
    {
        await using var database = await TestDatabase.CreateAsync(Db.Sqlite);
        await using var app = HostedApp.Create(database.CreateProvider);
        await app.StartAsync();
        var pool = app.Pool;
        var first = await pool.RentAsync();

        var stop = app.App.StopAsync();
        await app.Log.First(110);
        await using (var second = await pool.OpenConnectionAsync().Soon())
        {
            await database.InsertAsync(second, "straggler");
        }

        Assert.False(stop.IsCompleted);
        first.Dispose();

        await stop.Soon();
        Assert.Equal(0, pool.GetStatistics().Counts.Total);
        Assert.True(app.Log.Has(111));
    }

    [Fact]
    public async Task A_minimum_that_is_set_again_during_the_drain_keeps_no_connection_open()
    {
        await using var database = await TestDatabase.CreateAsync(Db.Sqlite);
        await using var app = HostedApp.Create(database.CreateProvider);
        await app.StartAsync();
        var pool = app.Pool;
        var lease = await pool.RentAsync();

        var stop = app.App.StopAsync();
        await app.Log.First(110);
        await Patience.UntilAsync(() => Task.FromResult(pool.GetStatistics()), static statistics => statistics is { MinSize: 0, Counts.Total: 1 });
        pool.Resize(2, 4);
        lease.Dispose();

        await stop.Soon();
        Assert.Equal(0, pool.GetStatistics().MinSize);
        await Patience.UntilAsync(() => Task.FromResult(pool.GetStatistics()), static statistics => statistics.Counts.Total == 0);
        Assert.True(app.Log.Has(111));
    }

    [Fact]
    public async Task Drain_ends_at_its_limit_and_names_the_holder_of_an_unreturned_lease()
    {
        await using var database = await TestDatabase.CreateAsync(Db.Sqlite);
        var time = new FakeTimeProvider();
        await using var app = HostedApp.Create(database.CreateProvider, services: services => services.AddSingleton<TimeProvider>(time));
        await app.StartAsync();
        var pool = app.Pool;
        var leaked = await pool.RentAsync();

        var stop = app.App.StopAsync();
        await app.Log.First(110);
        time.Advance(TimeSpan.FromSeconds(29));
        Assert.False(stop.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));

        await stop.Soon();
        var message = await app.Log.First(112);
        Assert.Contains("DrainTests.cs", message, StringComparison.Ordinal);
        Assert.Contains(nameof(Drain_ends_at_its_limit_and_names_the_holder_of_an_unreturned_lease), message, StringComparison.Ordinal);
        leaked.Dispose();
        await pool.WaitUntilIdleAsync().Soon();
        Assert.Equal(0, pool.GetStatistics().Counts.Total);
    }

    [Fact]
    public async Task The_shutdown_time_of_the_host_ends_the_drain_too()
    {
        await using var database = await TestDatabase.CreateAsync(Db.Sqlite);
        await using var app = HostedApp.Create(
            database.CreateProvider,
            hosting: options => options.DrainTimeout = TimeSpan.FromHours(1),
            services: services => services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromMilliseconds(100)));
        await app.StartAsync();
        var leaked = await app.Pool.RentAsync();

        await app.App.StopAsync().Soon();

        Assert.Contains("DrainTests.cs", await app.Log.First(112), StringComparison.Ordinal);
        leaked.Dispose();
    }

    [Fact]
    public async Task An_unused_pool_is_drained_even_when_the_time_is_over()
    {
        await using var database = await TestDatabase.CreateAsync(Db.Sqlite);
        await using var app = HostedApp.Create(database.CreateProvider, hosting: options => options.DrainTimeout = TimeSpan.Zero);
        await app.StartAsync();
        var pool = app.Pool;

        await app.App.StopAsync().Soon();

        Assert.True(app.Log.Has(111));
        Assert.False(app.Log.Has(112));
        await pool.WaitUntilIdleAsync().Soon();
        Assert.Equal(0, pool.GetStatistics().Counts.Total);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(3)]
    public async Task A_database_that_does_not_answer_does_not_hold_the_stop_up(int? target)
    {
        var database = new StubDatabase { Script = new CallScript().Always(StubCall.Open, StubStep.Hang(new StubGate())) };
        await using var app = HostedApp.Create(
            () => new StubProvider(database),
            pool: options => (options.ConnectTimeout, options.AcquireTimeout) = (TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(10)),
            hosting: options =>
            {
                (options.WarmUpTimeout, options.DrainTimeout) = (TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1));
                if (target is { } wanted)
                {
                    options.WarmUpTargets["orders"] = wanted;
                }
            },
            services: services => services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromHours(1)));
        await app.StartAsync();
        await database.OpenStarted(1).Soon();

        await app.App.StopAsync().Soon();

        Assert.True(app.Log.Has(111));
    }

    [Fact]
    public async Task Disposing_of_the_host_closes_the_pools()
    {
        await using var database = await TestDatabase.CreateAsync(Db.Sqlite);
        ConnectionPool pool;
        await using (var app = await HostedApp.Create(database.CreateProvider).StartAsync())
        {
            pool = app.Pool;
            await app.App.StopAsync().Soon();
            await pool.RentAsync().Soon().ContinueWith(static rent => rent.Result.Dispose(), TaskScheduler.Default);
        }

        Assert.Equal(PoolState.Closed, pool.GetStatistics().State);
        Assert.Equal(0, pool.GetStatistics().Counts.Total);
    }

    private static void AddUsers(IServiceCollection services, string name)
    {
        var user = new PoolUser(name);

        // By factories, so that the container disposes of it: after the host has stopped.
        services.AddSingleton(_ => user);
        services.AddSingleton<IHostedService>(_ => user);
    }
}
