using Cenote.StubDriver;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Cenote.HostingTests;

/// <summary>
/// What the checks say, without a web server; on the stub driver where a database would have to misbehave in a certain
/// way.
/// </summary>
public sealed class HealthReportTests
{
    [Fact]
    public async Task The_numbers_are_in_the_data_by_the_name_of_the_pool()
    {
        await using var database = await TestDatabase.CreateAsync(Db.Sqlite);
        await using var app = await HostedApp.Create(database.CreateProvider).StartAsync();
        using var lease = await app.Pool.RentAsync();

        var data = (await ReportAsync(app)).Entries["connection_pools"].Data;

        Assert.Equal("Healthy", data["orders.status"]);
        Assert.Equal("Running", data["orders.state"]);
        Assert.Equal("Closed", data["orders.circuit"]);
        Assert.Equal((1, 1, 0, 4, 2, 4), (data["orders.leased"], data["orders.idle"], data["orders.waiting"], data["orders.limit"], data["orders.minSize"], data["orders.maxSize"]));
        Assert.Equal(0.0, data["orders.longestWaitSeconds"]);
    }

    [Fact]
    public async Task The_worst_pool_decides_and_only_troubled_ones_are_described()
    {
        await using var database = await TestDatabase.CreateAsync(Db.Sqlite);
        await using var app = HostedApp.Create(database.CreateProvider);
        app.Registry.Register("customers", name => new ConnectionPool(database.CreateProvider(), new ConnectionPoolOptions { Name = name, MinSize = 0 }));
        await app.StartAsync();
        app.Registry["customers"].Suspend();

        var report = await ReportAsync(app);

        Assert.Equal(HealthStatus.Unhealthy, report.Entries["connection_pools"].Status);
        Assert.Equal("customers: suspended: callers queue until it is resumed", report.Entries["connection_pools"].Description);
        Assert.Equal(HealthStatus.Healthy, report.Entries["connection_pool_orders"].Status);
    }

    [Fact]
    public async Task Ready_once_the_minimum_is_open_and_still_after_losses()
    {
        var gate = new StubGate();
        var script = new CallScript().At(StubCall.Open, 1, StubStep.Succeed).Always(StubCall.Open, StubStep.Hang(gate));
        await using var app = await StartAsync(new StubDatabase { Script = script }, WithoutCircuit);
        await ExpectAsync(app, HealthStatus.Unhealthy, "not filled yet: 1 of the 2 connections of its minimum are open");

        gate.Release();
        await app.Pool.WaitUntilReadyAsync().Soon();
        await ExpectAsync(app, HealthStatus.Healthy, "2 idle");

        script.Always(StubCall.Open, StubStep.Hang(new StubGate()));
        using var held = await app.Pool.RentAsync();
        app.Pool.Clear();
        await Patience.UntilAsync(() => Task.FromResult(app.Pool.GetStatistics().Counts), static counts => counts is { Idle: 0 });
        await ExpectAsync(app, HealthStatus.Healthy, "1 of 4 connections leased, 0 idle");
    }

    [Fact]
    public async Task A_pool_that_opens_nothing_is_out_of_service_until_it_succeeds()
    {
        var script = new CallScript().Always(StubCall.Open, StubStep.Fail(FailureKind.Transient));
        await using var app = await StartAsync(new StubDatabase { Script = script }, WithoutCircuit);
        await ExpectAsync(app, HealthStatus.Unhealthy, "no connection can be opened; the last connection attempt failed at ");

        script.Always(StubCall.Open, StubStep.Succeed);
        await app.Pool.WaitUntilReadyAsync().Soon();

        await ExpectAsync(app, HealthStatus.Healthy, "2 idle");
    }

    [Fact]
    public async Task A_full_server_leaves_a_process_with_a_connection_in_service()
    {
        var script = new CallScript().Always(StubCall.Open, StubStep.Fail(FailureKind.TooManyConnections)).At(StubCall.Open, 1, StubStep.Succeed);
        await using var app = await StartAsync(new StubDatabase { Script = script }, options =>
        {
            WithoutCircuit(options);
            options.MaxConcurrentOpens = 1;
        });

        await ExpectAsync(app, HealthStatus.Degraded, "not filled yet: 1 of the 2 connections of its minimum are open; the last connection attempt failed at ");
    }

    [Fact]
    public async Task Credentials_that_are_refused_while_connections_are_alive_degrade()
    {
        var script = new CallScript();
        var database = new StubDatabase { Script = script };
        await using var app = await StartAsync(database, WithoutCircuit);
        using var held = await app.Pool.RentAsync();

        script.Always(StubCall.Open, StubStep.Fail(FailureKind.InvalidCredentials));
        app.Pool.Clear();
        await Patience.UntilAsync(() => Task.FromResult(app.Pool.GetStatistics().LastOpenFailure), static failure => failure is not null);

        await ExpectAsync(app, HealthStatus.Degraded, "the database rejects the credentials; 1 live connection still serves");
    }

    [Fact]
    public async Task A_pool_that_tries_again_only_for_a_caller_is_not_taken_out_of_service()
    {
        var script = new CallScript().Always(StubCall.Open, StubStep.Fail(FailureKind.Transient));
        await using var app = await StartAsync(new StubDatabase { Script = script }, options =>
        {
            WithoutCircuit(options);
            options.MinSize = 0;
        });
        await ExpectAsync(app, HealthStatus.Healthy, "0 of 4 connections leased");

        await Assert.ThrowsAsync<ConnectionOpenException>(() => app.Pool.RentAsync().Soon());

        await ExpectAsync(app, HealthStatus.Degraded, "; the next caller starts another attempt");
    }

    [Fact]
    public async Task The_driver_s_own_words_are_not_in_the_description()
    {
        var script = new CallScript().Always(StubCall.Open, StubStep.Fail(new InvalidOperationException("user secret-user at secret-host")));
        await using var app = await StartAsync(new StubDatabase { Script = script }, WithoutCircuit);

        await ExpectAsync(app, HealthStatus.Unhealthy, "no connection can be opened");
        var entry = (await ReportAsync(app)).Entries["connection_pools"];

        Assert.DoesNotContain("secret", entry.Description + string.Join(' ', entry.Data), StringComparison.Ordinal);
        Assert.Contains("secret", entry.Exception!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_check_reports_unknown_names_and_constructs_no_unused_pool()
    {
        var constructions = 0;
        await using var services = Build(
            registry => registry.Register("orders", _ =>
            {
                constructions++;
                throw new InvalidOperationException();
            }),
            checks => checks.AddConnectionPool("ordres").AddConnectionPool("orders").AddConnectionPools());

        var report = await services.GetRequiredService<HealthCheckService>().CheckHealthAsync();

        Assert.Equal("ordres: not registered; registered: 'orders'", report.Entries["connection_pool_ordres"].Description);
        Assert.Equal(HealthStatus.Unhealthy, report.Entries["connection_pool_ordres"].Status);
        Assert.Equal(HealthStatus.Healthy, report.Entries["connection_pool_ordres_live"].Status);
        Assert.Equal("orders: not used yet: it is constructed when it is first asked for", report.Entries["connection_pool_orders"].Description);
        Assert.Equal("no pool is in use", report.Entries["connection_pools"].Description);
        Assert.Equal(0, constructions);
    }

    [Fact]
    public async Task A_host_that_stops_is_not_ready_while_it_still_answers()
    {
        await using var database = await TestDatabase.CreateAsync(Db.Sqlite);
        await using var app = await HostedApp.Create(database.CreateProvider).StartAsync();

        // The server listens until the callbacks have returned.
        (int Status, string Text) answer = default;
        var lifetime = app.App.Services.GetRequiredService<IHostApplicationLifetime>();
        await using var registration = lifetime.ApplicationStopping.Register(() => answer = Task.Run(() => app.AskAsync("/ready")).GetAwaiter().GetResult());
        await app.App.StopAsync().Soon();

        Assert.Equal(503, answer.Status);
        Assert.Contains("connection_pools: Unhealthy: application: stopping", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Others_may_add_their_findings()
    {
        var source = new ReplicaSource();
        await using var services = Build(
            registry => registry.Register(new ConnectionPool(new StubProvider(new StubDatabase()), new ConnectionPoolOptions { Name = "orders", MinSize = 0 })),
            checks =>
            {
                checks.AddConnectionPools();
                checks.Services.AddSingleton<IPoolHealthSource>(source);
            });

        var entry = (await services.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Entries["connection_pools"];

        Assert.Equal((HealthStatus.Degraded, "orders/replica-2: out since 03:00, 1 of 2 replicas serve"), (entry.Status, entry.Description));
        Assert.Equal("Degraded", entry.Data["orders/replica-2.status"]);
        Assert.Equal("Healthy", entry.Data["orders.status"]);
        Assert.Equal(14.0, entry.Data["orders/replica-2.lagSeconds"]);
    }

    [Fact]
    public async Task Failing_checks_of_others_take_no_pool_out_of_service_and_hide_nothing()
    {
        await using var services = Build(
            registry => registry.Register(new ConnectionPool(new StubProvider(new StubDatabase()), new ConnectionPoolOptions { Name = "orders", MinSize = 0 })),
            checks =>
            {
                checks.AddConnectionPools();
                checks.Services.AddSingleton<IPoolHealthSource, BrokenSource>().AddSingleton<IPoolHealthSource, ReplicaSource>();
            });

        var entry = (await services.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Entries["connection_pools"];

        Assert.Equal(HealthStatus.Degraded, entry.Status);
        Assert.Equal("BrokenSource: could not say how it is (InvalidOperationException); orders/replica-2: out since 03:00, 1 of 2 replicas serve", entry.Description);
        Assert.Equal("Healthy", entry.Data["orders.status"]);
        Assert.Equal("secret", entry.Exception!.Message);
    }

    [Fact]
    public async Task Names_tags_and_the_status_of_failure_can_be_chosen()
    {
        await using var services = Build(
            registry => registry.Register(new ConnectionPool(new StubProvider(new StubDatabase()), new ConnectionPoolOptions { Name = "orders", MinSize = 0 })),
            checks => checks.AddConnectionPools("db", HealthStatus.Degraded, ["page"], options => options.DegradedUtilizationThreshold = 0.1));
        var pool = services.GetRequiredService<PoolRegistry>()["orders"];
        var health = services.GetRequiredService<HealthCheckService>();

        using (await pool.RentAsync())
        {
            Assert.StartsWith("orders: nearly saturated: 1 of 10 connections leased, 0 waiting, held mostly by HealthReportTests.cs:", Describe(await health.CheckHealthAsync()), StringComparison.Ordinal);
        }

        pool.Suspend();
        var report = await health.CheckHealthAsync(static check => check.Tags.Contains("page"));
        Assert.Equal(["db", "db_live"], [.. report.Entries.Keys]);
        Assert.Equal(HealthStatus.Degraded, report.Entries["db"].Status);
        Assert.Equal(["ready", "page"], [.. report.Entries["db"].Tags]);
        Assert.Equal(["live", "page"], [.. report.Entries["db_live"].Tags]);

        static string Describe(HealthReport report) => report.Entries["db"].Description!;
    }

    [Fact]
    public void Every_problem_of_the_options_is_named_when_the_check_is_added()
    {
        var exception = Assert.Throws<OptionsValidationException>(() => new ServiceCollection().AddHealthChecks().AddConnectionPools(
            configure: options => (options.DegradedWaitThreshold, options.DegradedUtilizationThreshold) = (TimeSpan.FromSeconds(-1), 1.5)));

        Assert.Equal(
            [
                "DegradedWaitThreshold is -1 s. It must be 0 s to 1 d.",
                "DegradedUtilizationThreshold is 1.5. It must be above 0 and no more than 1, or null for never.",
            ],
            [.. exception.Failures]);
    }

    private static void WithoutCircuit(ConnectionPoolOptions options) =>
        (options.CircuitBreaker, options.MaxOpenRetries, options.OpenRetryBaseDelay) = (null, 0, TimeSpan.Zero);

    /// <summary>The host may be up before the pool has done what the test is about.</summary>
    private static async Task ExpectAsync(HostedApp app, HealthStatus status, string text)
    {
        await Patience.UntilAsync(
            async () => (await ReportAsync(app)).Entries["connection_pools"].Description!, description => description.Contains(text, StringComparison.Ordinal));
        var report = await ReportAsync(app);
        Assert.Equal(status, report.Entries["connection_pools"].Status);
        Assert.Equal(status, report.Entries["connection_pool_orders"].Status);
        Assert.Equal(HealthStatus.Healthy, report.Entries["connection_pools_live"].Status);
    }

    private static ServiceProvider Build(Action<PoolRegistry> register, Action<IHealthChecksBuilder> add)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(_ => new PoolRegistry());
        add(services.AddHealthChecks());
        var provider = services.BuildServiceProvider();
        register(provider.GetRequiredService<PoolRegistry>());
        return provider;
    }

    private static async Task<HostedApp> StartAsync(StubDatabase database, Action<ConnectionPoolOptions> pool) =>
        await HostedApp.Create(() => new StubProvider(database), pool, options => options.WarmUpTimeout = TimeSpan.FromMilliseconds(50)).StartAsync();

    private static Task<HealthReport> ReportAsync(HostedApp app) => app.App.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();

    private sealed class BrokenSource : IPoolHealthSource
    {
        public IEnumerable<PoolHealthEntry> GetEntries()
        {
            yield return new PoolHealthEntry("early", HealthStatus.Healthy, "fine");
            throw new InvalidOperationException("secret");
        }
    }

    private sealed class ReplicaSource : IPoolHealthSource
    {
        public IEnumerable<PoolHealthEntry> GetEntries() =>
        [
            new PoolHealthEntry("orders/replica-2", HealthStatus.Degraded, "out since 03:00, 1 of 2 replicas serve")
            {
                Data = new Dictionary<string, object>(StringComparer.Ordinal) { ["lagSeconds"] = 14.0 },
            },
        ];
    }
}
