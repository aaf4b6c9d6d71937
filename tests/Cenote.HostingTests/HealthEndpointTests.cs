using Microsoft.Extensions.Time.Testing;

namespace Cenote.HostingTests;

/// <summary>
/// Every state by HTTP, of real pools. What an orchestrator sees are the status codes: 503 takes out of service, or
/// restarts.
/// </summary>
public sealed class HealthEndpointTests
{
    private const int InService = 200;
    private const int OutOfService = 503;

    [Theory, ClassData<EveryDatabase>]
    public async Task A_pool_with_idle_connections_is_healthy(Db db)
    {
        await using var database = await TestDatabase.CreateAsync(db);
        await using var app = await HostedApp.Create(database.CreateProvider).StartAsync();

        await ExpectAsync(app, InService, "Healthy: orders: 0 of 4 connections leased, 2 idle");
    }

    [Fact]
    public async Task A_fully_used_pool_without_waiting_callers_is_healthy()
    {
        await using var database = await TestDatabase.CreateAsync(Db.Sqlite);
        await using var app = await HostedApp.Create(database.CreateProvider).StartAsync();
        using var leases = await RentAsync(app, 4);

        await ExpectAsync(app, InService, "Healthy: orders: 4 of 4 connections leased, 0 idle");
    }

    [Fact]
    public async Task A_pool_with_long_waits_is_degraded_and_lists_its_holders()
    {
        await using var database = await TestDatabase.CreateAsync(Db.Sqlite);
        var time = new FakeTimeProvider();
        await using var app = await HostedApp.Create(database.CreateProvider, pool: options => options.TimeProvider = time).StartAsync();
        using var leases = await RentAsync(app, 4);
        var waiter = app.Pool.RentAsync().AsTask();
        time.Advance(TimeSpan.FromMilliseconds(900));
        await ExpectAsync(app, InService, "Healthy: orders: 4 of 4 connections leased, 0 idle");

        time.Advance(TimeSpan.FromMilliseconds(1200));

        await ExpectAsync(app, InService, "Degraded: orders: saturated: 1 waiting, longest 2.1 s, 4 of 4 connections leased, held mostly by HealthEndpointTests.cs:");
        leases.Dispose();
        (await waiter.Soon()).Dispose();
        await ExpectAsync(app, InService, "Healthy: ");
    }

    [Fact]
    public async Task A_pool_with_as_many_waiters_as_connections_is_degraded()
    {
        await using var database = await TestDatabase.CreateAsync(Db.Sqlite);
        await using var app = await HostedApp.Create(database.CreateProvider).StartAsync();
        using var leases = await RentAsync(app, 4);

        var waiters = Enumerable.Range(0, 4).Select(_ => app.Pool.RentAsync().AsTask()).ToList();

        await ExpectAsync(app, InService, "Degraded: orders: saturated: 4 waiting");
        leases.Dispose();
        foreach (var waiter in waiters)
        {
            (await waiter.Soon()).Dispose();
        }
    }

    [Fact]
    public async Task An_open_circuit_takes_out_of_service_until_the_database_returns()
    {
        await using var database = await TestDatabase.CreateAsync(Db.PostgreSql);
        await using var relay = database.CreateRelay();
        relay.Appear();
        await using var app = await HostedApp.Create(() => database.CreateProvider(relay), FailFast).StartAsync();
        relay.Vanish();
        app.Pool.Clear();
        await CircuitIsOpenAsync(app);

        await ExpectAsync(app, OutOfService, "Unhealthy: orders: circuit open since ");
        await ExpectAsync(app, OutOfService, "no connection left; the last connection attempt failed at ");

        relay.Appear();
        await Patience.UntilAsync(() => app.AskAsync("/ready"), static answer => answer.Status == InService);
        await ExpectAsync(app, InService, "Healthy: ");
    }

    [Fact]
    public async Task An_open_circuit_whose_live_connections_still_serve_is_degraded()
    {
        await using var database = await TestDatabase.CreateAsync(Db.PostgreSql);
        await using var relay = database.CreateRelay();
        relay.Appear();
        await using var app = await HostedApp.Create(() => database.CreateProvider(relay), FailFast).StartAsync();
        using var lease = await app.Pool.RentAsync();
        relay.Vanish();
        app.Pool.Clear();
        await CircuitIsOpenAsync(app);

        await ExpectAsync(app, InService, "1 live connection still serves");
        await ExpectAsync(app, InService, "Degraded: orders: circuit open since ");
    }

    [Fact]
    public async Task What_an_operator_does_to_a_pool_takes_it_out_of_service_until_it_is_undone()
    {
        await using var database = await TestDatabase.CreateAsync(Db.Sqlite);
        await using var app = await HostedApp.Create(database.CreateProvider).StartAsync();

        app.Pool.Suspend();
        await ExpectAsync(app, OutOfService, "Unhealthy: orders: suspended: callers queue until it is resumed");
        app.Pool.Resume();
        await ExpectAsync(app, InService, "Healthy: ");

        var lease = await app.Pool.RentAsync();
        var drain = app.Pool.DrainAsync();
        await ExpectAsync(app, OutOfService, "Unhealthy: orders: draining: 1 still leased; callers queue until it is resumed");
        lease.Dispose();
        await drain.Soon();
        app.Pool.Resume();
        await app.Pool.WaitUntilReadyAsync().Soon();
        await ExpectAsync(app, InService, "Healthy: ");

        app.Pool.IsolateCircuit();
        await ExpectAsync(app, OutOfService, "Unhealthy: orders: circuit isolated at ");
        app.Pool.CloseCircuit();
        await ExpectAsync(app, InService, "Healthy: ");
    }

    [Fact]
    public async Task Only_a_pool_that_was_disposed_of_under_a_running_application_asks_for_a_restart()
    {
        await using var database = await TestDatabase.CreateAsync(Db.Sqlite);
        await using var app = await HostedApp.Create(database.CreateProvider).StartAsync();

        await app.Pool.DisposeAsync();

        Assert.Contains("Unhealthy: orders: closed: it was disposed of", (await app.AskAsync("/ready")).Text, StringComparison.Ordinal);
        var (status, text) = await app.AskAsync("/live");
        Assert.Equal(OutOfService, status);
        Assert.Contains("Unhealthy: orders: closed while the application runs", text, StringComparison.Ordinal);
    }

    /// <summary>Readiness of all pools and of the one, by the same words; liveness never minds.</summary>
    private static async Task ExpectAsync(HostedApp app, int status, string text)
    {
        var ready = await app.AskAsync("/ready");
        Assert.Equal(status, ready.Status);
        Assert.Collection(
            ready.Text.Split('\n'),
            line => Assert.StartsWith("connection_pools: ", line, StringComparison.Ordinal),
            line => Assert.StartsWith("connection_pool_orders: ", line, StringComparison.Ordinal));
        Assert.All(ready.Text.Split('\n'), line => Assert.Contains(text, line, StringComparison.Ordinal));
        Assert.Equal((InService, "connection_pools_live: Healthy: orders: alive\nconnection_pool_orders_live: Healthy: orders: alive"), await app.AskAsync("/live"));
    }

    private static void FailFast(ConnectionPoolOptions options) =>
        (options.MaxOpenRetries, options.OpenRetryBaseDelay) = (0, TimeSpan.FromMilliseconds(10));

    private static async Task<Leases> RentAsync(HostedApp app, int count)
    {
        var leases = new Leases();
        for (var i = 0; i < count; i++)
        {
            leases.Add(await app.Pool.RentAsync().Soon());
        }

        return leases;
    }

    private static Task<CircuitState> CircuitIsOpenAsync(HostedApp app) =>
        Patience.UntilAsync(() => Task.FromResult(app.Pool.GetCircuitStatus().State), static state => state != CircuitState.Closed);

    private sealed class Leases : IDisposable
    {
        private readonly List<ConnectionLease> _leases = [];

        public void Add(ConnectionLease lease) => _leases.Add(lease);

        public void Dispose() => _leases.ForEach(static lease => lease.Dispose());
    }
}
