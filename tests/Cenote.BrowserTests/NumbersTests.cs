namespace Cenote.BrowserTests;

public sealed class NumbersTests(Browser browser)
{
    [Fact]
    public async Task Every_row_of_the_overview_shows_the_counts_of_its_pool()
    {
        await using var pools = new TestPools();
        var orders = await pools.AddSqliteAsync("orders", 3, 3, static options => options.AcquireTimeout = TimeSpan.FromMinutes(5));
        var billing = await pools.AddPostgreSqlAsync("billing", 2, 5);
        await using (var load = new Load().Add(orders, 4, "SELECT 1").Add(billing, 4, "SELECT 1"))
        {
            await Patience.SoonAsync(() => load.Done > 50, "50 leases");
        }

        // From here on nothing changes: three leases are held and two callers wait for them.
        await using var site = await Site.StartAsync(new SiteOptions { Registry = pools.Registry });
        await using var holders = await Holders.HoldAsync(orders, leases: 3, waiters: 2);
        await using var others = await Holders.HoldAsync(billing, leases: 1, waiters: 0);
        await using var visit = await Visit.BeginAsync(browser, site);

        Assert.Equal(2, orders.GetStatistics().Counts.Waiting);
        foreach (var statistics in pools.Registry.GetStatistics())
        {
            var row = visit.Page.PoolRow(statistics.PoolName);
            await row.ShowsAsync("counts.leased", statistics.Counts.Leased);
            await row.ShowsAsync("counts.limit", statistics.Counts.Limit);
            await row.ShowsAsync("counts.waiting", statistics.Counts.Waiting);
            await row.ShowsAsync("circuit", statistics.CircuitState.ToString());
        }

        await visit.IsCleanAsync();
    }

    [Fact]
    public async Task A_budget_shows_what_its_pools_have_and_wait_for()
    {
        var budget = new ConnectionBudget("<server>", 3);
        await using var pools = new TestPools();
        var orders = await pools.AddSqliteAsync("orders", 0, 3, options => (options.Budget, options.AcquireTimeout) = (budget, TimeSpan.FromMinutes(5)));
        await pools.AddSqliteAsync("reports", 0, 3, options => (options.Budget, options.GuaranteedSize) = (budget, 1));
        await using var site = await Site.StartAsync(new SiteOptions { Registry = pools.Registry });
        await using var holders = await Holders.HoldAsync(orders, leases: 2, waiters: 1);
        await using var visit = await Visit.BeginAsync(browser, site);

        var shown = visit.Page.Locator("[data-budget='<server>'] .budget-facts");
        await shown.ShowsAsync("connections", 2);
        await shown.ShowsAsync("maxConnections", 3);
        await shown.ShowsAsync("waitingPools", 1);
        await visit.IsCleanAsync();
    }

    [Fact]
    public async Task The_page_of_a_pool_shows_its_lanes()
    {
        await using var pools = new TestPools();
        var orders = await pools.AddSqliteAsync("orders", 0, 4, static options =>
        {
            options.AcquireTimeout = TimeSpan.FromMinutes(5);
            options.Lanes = [new() { Name = "batch", MaxSize = 2 }, new() { Name = "interactive", Weight = 3, Reserve = 1 }];
        });
        await using var site = await Site.StartAsync(new SiteOptions { Registry = pools.Registry });
        await using var holders = await Holders.HoldAsync(orders, leases: 2, waiters: 3);
        await using var visit = await Visit.BeginAsync(browser, site);
        await visit.ShowPoolAsync("orders");

        var batch = visit.Page.Panel("lanes").Locator("tbody tr").First;
        await batch.ShowsAsync("inUse", 2);
        await batch.ShowsAsync("waiting", 3);
        await batch.ShowsAsync("rents", 2);
        await Assertions.Expect(batch.Locator("[data-field=weight]")).ToHaveTextAsync("1 (25 %)");
        await Assertions.Expect(visit.Page.Locator("[data-jump=lanes]")).ToBeVisibleAsync();
        await visit.IsCleanAsync();
    }

    [Fact]
    public async Task The_page_of_a_pool_shows_its_statistics()
    {
        await using var pools = new TestPools();
        var pool = await pools.AddSqliteAsync("orders", 3, 3, static options =>
        {
            options.AcquireTimeout = TimeSpan.FromMinutes(5);
            options.StatementStatistics = new StatementStatisticsOptions();
        });
        await using (var load = new Load().Add(pool, 4, "SELECT 1", "SELECT 2 FROM nowhere"))
        {
            await Patience.SoonAsync(() => pool.GetStatistics().Rents > 50, "50 leases");
        }

        await using var site = await Site.StartAsync(new SiteOptions { Registry = pools.Registry });
        await using var holders = await Holders.HoldAsync(pool, leases: 3, waiters: 2);
        await using var visit = await Visit.BeginAsync(browser, site);
        await visit.ShowPoolAsync("orders");
        var statistics = pool.GetStatistics();
        var facts = visit.Page.Locator(".cards");
        await facts.ShowsAsync("counts.leased", statistics.Counts.Leased);
        await facts.ShowsAsync("counts.idle", statistics.Counts.Idle);
        await facts.ShowsAsync("counts.waiting", statistics.Counts.Waiting);
        await facts.ShowsAsync("leaksSuspected", statistics.LeaksSuspected);
        await facts.ShowsAsync("openFailures", statistics.OpenFailures);
        await facts.ShowsAsync("circuit", statistics.CircuitState.ToString());

        var counters = visit.Page.Panel("counters");
        foreach (var (field, value) in new Dictionary<string, long>(StringComparer.Ordinal)
        {
            ["rents"] = statistics.Rents, ["waits"] = statistics.Waits, ["timeouts"] = statistics.Timeouts, ["cancellations"] = statistics.Cancellations,
            ["errors"] = statistics.Errors, ["circuitRejections"] = statistics.CircuitRejections, ["overloadRejections"] = statistics.OverloadRejections,
            ["opened"] = statistics.ConnectionsOpened, ["openFailures"] = statistics.OpenFailures, ["leaksSuspected"] = statistics.LeaksSuspected,
            ["leasesReturnedLate"] = statistics.LeasesReturnedLate, ["leasesAbandoned"] = statistics.LeasesAbandoned, ["leasesRevoked"] = statistics.LeasesRevoked,
            ["nestedRents"] = statistics.NestedRents, ["circuitOpenings"] = statistics.CircuitOpenings, ["maintenanceFailures"] = statistics.MaintenanceFailures,
        })
        {
            await counters.ShowsAsync($"totals.{field}", value);
        }

        foreach (var (name, latency) in new[] { ("wait", statistics.WaitTime), ("use", statistics.UseTime), ("connect", statistics.ConnectTime) })
        {
            await counters.ShowsAsync($"latencies.{name}.count", latency.Count);
            await counters.ShowsSecondsAsync($"latencies.{name}.p50Seconds", latency.P50);
            await counters.ShowsSecondsAsync($"latencies.{name}.p99Seconds", latency.P99);
            await counters.ShowsSecondsAsync($"latencies.{name}.maximumSeconds", latency.Maximum);
        }

        await Assertions.Expect(visit.Page.Panel("holders").Locator("tr[data-lease]")).ToHaveCountAsync(3);
        await Assertions.Expect(visit.Page.Panel("slots").Locator("li[data-slot] > button[data-state=Leased]")).ToHaveCountAsync(3);
        foreach (var statement in pool.GetStatementStatistics())
        {
            var row = visit.Page.Panel("statements").Locator("tr").Filter(new LocatorFilterOptions
            {
                Has = visit.Page.GetByText(statement.Text, new PageGetByTextOptions { Exact = true }),
            });
            await row.ShowsAsync("count", statement.Count);
            await row.ShowsAsync("errors", statement.Errors);
        }

        await visit.IsCleanAsync();
    }

    [Fact]
    public async Task The_page_of_a_replica_set_shows_its_servers()
    {
        await using var pools = new TestPools();
        var file = pools.SqliteFile("catalog");
        var readOnly = new SqliteProviderOptions { IsReadOnly = true };
        await using var set = new ReplicaSetBuilder("catalog")
            .AddPrimary("writer", pool => pool.UseSqlite(file).WithSize(1, 1).Configure(static options => options.StartupMode = StartupMode.FailFast))
            .AddReplica("readers", pool => pool.UseSqlite(file, readOnly).WithSize(1, 2))
            .Build();
        await set.WaitUntilReadyAsync().Soon();
        await using var site = await Site.StartAsync(new SiteOptions { Registry = pools.Registry, ReplicaSets = [set] });
        await using var visit = await Visit.BeginAsync(browser, site);
        await visit.Page.SetRow("catalog").ShowsAsync("primary", "writer");
        await visit.Page.SetRow("catalog").GetByRole(AriaRole.Link).ClickAsync();
        foreach (var server in set.GetStatistics().Servers)
        {
            var row = visit.Page.Locator($"tr[data-server={server.Name}][data-role={server.Role}]");
            await row.ShowsAsync("weight", server.Weight);
            await Assertions.Expect(row.Locator("td[data-field=state]")).ToHaveAttributeAsync("data-value", "Serving");
        }

        await visit.IsCleanAsync();
    }
}
