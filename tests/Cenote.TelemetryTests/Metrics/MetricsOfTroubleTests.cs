using Cenote.Providers;
using Cenote.StubDriver;
using Cenote.TelemetryTests.Databases;
using Cenote.TelemetryTests.Scraping;
using MySqlConnector;
using Npgsql;

namespace Cenote.TelemetryTests.Metrics;

/// <summary>The numbers of a pool in trouble, or that an operator changes.</summary>
public sealed class MetricsOfTroubleTests(PrometheusHost host) : IClassFixture<PrometheusHost>
{
    [Theory]
    [InlineData(Db.Sqlite)]
    [InlineData(Db.PostgreSql)]
    [InlineData(Db.MariaDb)]
    public async Task Unreachable_database_opens_the_circuit_and_every_rejection_is_counted(Db db)
    {
        await using var pool = NewPool(Unreachable(db), options =>
        {
            options.MinSize = 0;
            options.MaxOpenRetries = 0;
            options.CircuitBreaker = new() { BreakDuration = TimeSpan.FromMinutes(5), MaxBreakDuration = TimeSpan.FromMinutes(5) };
        });

        var (failed, rejected) = (0, 0);
        while (rejected < 3)
        {
            try
            {
                (await pool.RentAsync().Soon()).Dispose();
            }
            catch (CircuitOpenException)
            {
                rejected++;
            }
            catch (ConnectionOpenException)
            {
                failed++;
            }
        }

        // A server that refuses at once is probed all the time, also while the metrics are read.
        var before = pool.GetStatistics();
        var scrape = await host.ScrapeAsync();
        var after = pool.GetStatistics();
        Assert.True(before.OpenFailures >= 3, $"{before.OpenFailures} failures");
        Assert.InRange(Of(scrape, pool, "cenote_connection_open_failures_total"), before.OpenFailures, after.OpenFailures);
        Assert.InRange(Of(scrape, pool, "cenote_circuit_openings_total"), Math.Max(1, before.CircuitOpenings), after.CircuitOpenings);
        Assert.Equal(0, Of(scrape, pool, "cenote_circuit_state", ("cenote_circuit_state", "closed")));
        Assert.Equal(1, Of(scrape, pool, "cenote_circuit_state", ("cenote_circuit_state", "open")) + Of(scrape, pool, "cenote_circuit_state", ("cenote_circuit_state", "half_open")));
        Assert.Equal(rejected, Of(scrape, pool, "cenote_rent_failed_total", ("error_type", "circuit_open")));
        Assert.Equal(failed, Of(scrape, pool, "cenote_rent_failed_total", ("error_type", "open_failed")));
        Assert.Equal(0, Of(scrape, pool, "cenote_connection_opened_total"));
        Assert.Equal(0, Of(scrape, pool, "cenote_rents_total", ("cenote_rent_outcome", "immediate")));
        Assert.Equal(0, Of(scrape, pool, "cenote_rents_total", ("cenote_rent_outcome", "queued")));
    }

    // All in parallel: each waits for several rounds of maintenance, which runs once a second.
    [Fact]
    public Task Every_kind_of_leak_is_counted() => Task.WhenAll(Enum.GetValues<Db>().Select(AssertLeaksAsync));

    private async Task AssertLeaksAsync(Db db)
    {
        await using var pool = NewPool(RealDatabase.NewProvider(db), static options => options.LeakDetection = new() { Threshold = TimeSpan.FromSeconds(1) });
        var late = await pool.RentAsync().Soon();
        await Counts("suspected", 1);
        late.Dispose();
        await Counts("returned_late", 1);

        await LeakAsync(pool);
        await Patience.SoonAsync(
            async () =>
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
                return Of(await host.ScrapeAsync(), pool, "cenote_leak_reports_total", ("cenote_leak_kind", "abandoned")) == 1;
            },
            () => "the abandoned connection is found");
        var scrape = await host.ScrapeUntilAsync(found => Of(found, pool, "cenote_connection_closed_total", ("cenote_connection_close_reason", "abandoned")) == 1, "it is closed");

        using var held = await pool.RentAsync().Soon();
        Assert.True(pool.TryRevoke(pool.GetLeases().Single()));
        scrape = await Counts("revoked", 1);
        Assert.Equal(1, Of(scrape, pool, "cenote_leak_reports_total", ("cenote_leak_kind", "abandoned")));

        Task<Scrape> Counts(string kind, int count) =>
            host.ScrapeUntilAsync(found => Of(found, pool, "cenote_leak_reports_total", ("cenote_leak_kind", kind)) == count, $"{count} {kind}");
    }

    [Theory]
    [InlineData(Db.Sqlite)]
    [InlineData(Db.PostgreSql)]
    [InlineData(Db.MariaDb)]
    public async Task What_an_operator_does_shows(Db db)
    {
        await using var pool = NewPool(RealDatabase.NewProvider(db), static options => options.MaxWaiters = 1);
        await pool.WarmUpAsync(target: 4).Soon();

        pool.Resize(1, 6);
        var scrape = await host.ScrapeAsync();
        Assert.Equal((6, 6, 1), (Of(scrape, pool, "db_client_connection_max"), Of(scrape, pool, "cenote_connection_limit"), Of(scrape, pool, "db_client_connection_idle_min")));
        Assert.Equal((1, 0), (Changes(scrape, "grow"), Changes(scrape, "shrink")));

        pool.Resize(1, 2);
        scrape = await host.ScrapeUntilAsync(found => Of(found, pool, "cenote_connection_closed_total", ("cenote_connection_close_reason", "pool_shrunk")) == 2, "two are closed");
        Assert.Equal((1, 1), (Changes(scrape, "grow"), Changes(scrape, "shrink")));
        Assert.Equal(2, Of(scrape, pool, "db_client_connection_count", ("db_client_connection_state", "idle")));

        Assert.Equal(("running", "healthy"), (State(scrape), Diagnosis(scrape)));
        pool.Suspend();
        scrape = await host.ScrapeAsync();
        Assert.Equal(("suspended", "unhealthy"), (State(scrape), Diagnosis(scrape)));
        var waiting = pool.RentAsync().Soon();
        await Assert.ThrowsAsync<PoolOverloadedException>(() => pool.RentAsync().Soon());
        Assert.Equal(1, Of(await host.ScrapeAsync(), pool, "cenote_rent_failed_total", ("error_type", "overloaded")));
        var draining = pool.DrainAsync();
        Assert.Equal("draining", State(await host.ScrapeAsync()));
        await draining.Soon();
        pool.Resume();
        (await waiting).Dispose();
        Assert.Equal("running", State(await host.ScrapeAsync()));

        double Changes(Scrape found, string direction) => Of(found, pool, "cenote_sizing_changes_total", ("cenote_sizing_direction", direction));
        string Diagnosis(Scrape found) => new[] { "healthy", "degraded", "unhealthy" }.Single(level => Of(found, pool, "cenote_pool_diagnosis", ("cenote_pool_diagnosis", level)) == 1);
        string State(Scrape found) => new[] { "running", "suspended", "draining" }.Single(state => Of(found, pool, "cenote_pool_state", ("cenote_pool_state", state)) == 1);
    }

    [Fact]
    public async Task Nested_rents_are_counted_where_the_pool_looks_for_them()
    {
        await using var pool = NewPool(RealDatabase.NewProvider(Db.Sqlite), static options => options.NestedRentBehavior = NestedRentBehavior.Warn);
        using var outer = await pool.RentAsync();
        using var inner = await pool.RentAsync();

        Assert.Equal(1, Of(await host.ScrapeAsync(), pool, "cenote_rent_nested_total"));
    }

    [Fact]
    public async Task Commits_without_an_answer_are_counted_by_what_became_of_them()
    {
        var outcomes = new Queue<CommitOutcome>([CommitOutcome.RolledBack, CommitOutcome.Committed, CommitOutcome.Unknown]);
        var script = new CallScript().Always(StubCall.Commit, StubStep.Fail(FailureKind.ConnectionLost));
        var provider = new StubProvider(new StubDatabase { Script = script })
        {
            ReadCommit = _ => new ValueTask<CommitReading>(new CommitReading(outcomes.Dequeue(), "as the test says")),
        };
        await using var pool = NewPool(provider, static _ => { });
        await CommitAsync();
        await Assert.ThrowsAsync<CommitOutcomeUnknownException>(CommitAsync);

        var found = await host.ScrapeAsync();
        Assert.Equal([1.0, 1.0, 1.0], ((string[])["committed", "rolled_back", "unknown"]).Select(outcome =>
            Of(found, pool, "cenote_commits_unanswered_total", ("cenote_commit_outcome", outcome))));

        Task CommitAsync() => pool.ExecuteAsync(
            async (connection, token) =>
            {
                await using var transaction = await connection.BeginTransactionAsync(token);
                await transaction.CommitAsync(token);
            },
            new RetryOptions { BaseDelay = TimeSpan.Zero, ResolveUnknownCommits = true });
    }

    [Fact]
    public async Task Statements_that_run_again_are_counted()
    {
        var script = new CallScript().At(StubCall.Execute, 1, StubStep.Fail(FailureKind.ConnectionLost));
        await using var pool = NewPool(new StubProvider(new StubDatabase { Script = script }), static _ => { });
        await using var command = pool.CreateCommand("read");
        command.IsReadOnly = true;
        await command.ExecuteNonQueryAsync();

        Assert.Equal(1, Of(await host.ScrapeAsync(), pool, "cenote_statement_retries_total"));
    }

    private static double Of(Scrape scrape, ConnectionPool pool, string metric, params (string, string)[] labels) =>
        scrape.Find(metric, [("db_client_connection_pool_name", pool.Name), .. labels]) ?? throw new InvalidOperationException($"no {metric} of {pool.Name}\n{scrape.Text}");

    private static ConnectionPool NewPool(DatabaseProvider provider, Action<ConnectionPoolOptions> configure)
    {
        var options = new ConnectionPoolOptions { Name = $"trouble {Guid.NewGuid():N}", MinSize = 2, MaxSize = 4 };
        configure(options);
        return new ConnectionPool(provider, options);
    }

    private static async Task LeakAsync(ConnectionPool pool) => Assert.Equal(System.Data.ConnectionState.Open, (await pool.OpenConnectionAsync()).State);

    private static DatabaseProvider Unreachable(Db db) => db switch
    {
        Db.Sqlite => new SqliteProvider($"Data Source={Path.Combine(AppContext.BaseDirectory, "no-such-folder", "no.db")}"),
        Db.PostgreSql => new PostgreSqlProvider(new NpgsqlConnectionStringBuilder(RealServers.PostgreSql) { Port = 1 }.ConnectionString),
        _ => new MySqlProvider(new MySqlConnectionStringBuilder(RealServers.MySql) { Port = 1 }.ConnectionString),
    };
}
