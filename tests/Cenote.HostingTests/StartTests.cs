using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Time.Testing;
using Npgsql;

namespace Cenote.HostingTests;

public sealed class StartTests
{
    [Theory, ClassData<EveryDatabase>]
    public async Task Every_pool_has_its_minimum_before_anything_in_the_host_starts(Db db)
    {
        await using var database = await TestDatabase.CreateAsync(db);
        var first = new FirstService();
        await using var app = HostedApp.Create(database.CreateProvider, services: services => services.AddSingleton<IHostedService>(first));
        first.Look = () => app.Pool.GetStatistics();

        await app.StartAsync();

        Assert.Equal(2, first.Seen!.Counts.Idle);
        Assert.Contains("orders", await app.Log.First(101), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_listens_until_the_pools_are_warm()
    {
        await using var database = await TestDatabase.CreateAsync(Db.PostgreSql);
        await using var relay = database.CreateRelay();
        var port = FreePort.Take();
        await using var app = HostedApp.Create(() => database.CreateProvider(relay), port: port);
        relay.Appear(speaks: false);

        var start = app.App.StartAsync();
        await relay.Called.Soon();
        using (var socket = new TcpClient())
        {
            await Assert.ThrowsAsync<SocketException>(() => socket.ConnectAsync(IPAddress.Loopback, port));
        }

        Assert.False(start.IsCompleted);
        relay.Speak();

        await start.Soon();
        Assert.Equal(200, (await app.AskAsync("/ready")).Status);
    }

    [Fact]
    public async Task A_target_is_opened_instead_of_the_minimum()
    {
        await using var database = await TestDatabase.CreateAsync(Db.Sqlite);
        await using var app = HostedApp.Create(database.CreateProvider, hosting: options => options.WarmUpTargets["orders"] = 4);

        await app.StartAsync();

        Assert.Equal(4, app.Pool.GetStatistics().Counts.Idle);
    }

    [Fact]
    public async Task A_database_that_is_absent_fails_the_start_when_asked_to_and_every_pool_is_named()
    {
        await using var database = await TestDatabase.CreateAsync(Db.PostgreSql);
        await using var relay = database.CreateRelay();
        var time = new FakeTimeProvider();
        await using var app = HostedApp.Create(
            () => database.CreateProvider(relay),
            pool: options => options.TimeProvider = TimeProvider.System,
            hosting: options => options.DatabaseUnavailableBehavior = DatabaseUnavailableBehavior.FailFast,
            services: services => services.AddSingleton<TimeProvider>(time));
        app.Registry.Register("customers", name => new ConnectionPool(database.CreateProvider(relay), new ConnectionPoolOptions { Name = name }));
        app.Registry.Register("logs", name => new ConnectionPool(database.CreateProvider(), new ConnectionPoolOptions { Name = name }));

        var start = app.App.StartAsync();
        await app.Log.First(101);
        await Patience.UntilAsync(
            () => Task.FromResult(app.Registry.GetStatistics().Count(static statistics => statistics.OpenFailures > 0)), static failing => failing == 2);
        Assert.False(start.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(15));

        var exception = await Assert.ThrowsAsync<PoolWarmUpException>(() => start.Soon());

        Assert.Equal(["customers", "orders"], [.. exception.Failures.Select(failure => failure.PoolName)]);
        Assert.Contains("2 of 3 connection pools are not ready", exception.Message, StringComparison.Ordinal);
        Assert.Contains("- 'orders': 0 of 2 connections are open", exception.Message, StringComparison.Ordinal);
        Assert.All(exception.Failures, failure => Assert.NotNull(failure.Exception));
        Assert.DoesNotContain(new NpgsqlConnectionStringBuilder(database.ConnectionString).Password!, exception.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_allowed_to_start_without_its_database_fills_its_pool_later()
    {
        await using var database = await TestDatabase.CreateAsync(Db.PostgreSql);
        await using var relay = database.CreateRelay();
        await using var app = HostedApp.Create(
            () => database.CreateProvider(relay),
            pool: options => options.OpenRetryBaseDelay = TimeSpan.FromMilliseconds(20),
            hosting: options => (options.WarmUpTimeout, options.WarmUpTargets["orders"]) = (TimeSpan.FromMilliseconds(100), 3));

        await app.StartAsync();

        Assert.Contains("0 of 3 connections are open", await app.Log.First(102), StringComparison.Ordinal);
        Assert.Equal(503, (await app.AskAsync("/ready")).Status);
        Assert.Equal(200, (await app.AskAsync("/live")).Status);
        relay.Appear();
        await app.Log.First(101);
        Assert.Equal(3, app.Pool.GetStatistics().Counts.Idle);
        Assert.Equal(200, (await app.AskAsync("/ready")).Status);
    }

    [Fact]
    public async Task Refused_credentials_are_not_waited_for()
    {
        await using var database = await TestDatabase.CreateAsync(Db.PostgreSql);
        var wrong = new NpgsqlConnectionStringBuilder(database.ConnectionString) { Password = "wrong-word" }.ConnectionString;
        await using var app = HostedApp.Create(() => database.CreateProvider(wrong), hosting: options =>
        {
            options.DatabaseUnavailableBehavior = DatabaseUnavailableBehavior.FailFast;
            options.WarmUpTimeout = TimeSpan.FromHours(1);
        });

        var exception = await Assert.ThrowsAsync<PoolWarmUpException>(() => app.App.StartAsync().Soon());

        Assert.Contains("InvalidCredentials", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong-word", exception.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_start_that_is_cancelled_ends_during_the_warm_up()
    {
        await using var database = await TestDatabase.CreateAsync(Db.PostgreSql);
        await using var relay = database.CreateRelay();
        await using var app = HostedApp.Create(() => database.CreateProvider(relay), hosting: options => options.WarmUpTimeout = TimeSpan.FromHours(1));
        relay.Appear(speaks: false);
        using var cancellation = new CancellationTokenSource();

        var start = app.App.StartAsync(cancellation.Token);
        await relay.Called.Soon();
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => start.Soon());
    }

    private sealed class FirstService : IHostedService
    {
        public Func<PoolStatistics>? Look { get; set; }

        public PoolStatistics? Seen { get; private set; }

        public Task StartAsync(CancellationToken cancellationToken)
        {
            Seen = Look!();
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
