namespace Cenote.DashboardTests.Sampling;

public sealed class SamplingTests
{
    [Fact]
    public async Task The_row_of_a_pool_has_its_statistics()
    {
        await using var site = await new DashboardSite().StartAsync();
        var pool = site.AddPool(configure: options => options.MaxSize = 2);
        await using var first = await pool.RentAsync();
        await using var second = await pool.RentAsync();
        var waiting = pool.RentAsync().AsTask();
        site.Tick(3);

        var row = Assert.Single((await site.OverviewAsync()).Pools);

        var statistics = pool.GetStatistics();
        Assert.Equal((2, 1, 2, 0), (row.Counts.Leased, row.Counts.Waiting, row.Counts.Limit, row.Counts.Idle));
        Assert.Equal(1, row.Utilization);
        Assert.Equal(statistics.LongestWait.TotalSeconds, row.LongestWaitSeconds);
        Assert.Equal(60, row.Sparkline.Count);
        Assert.Equal(2, row.Sparkline[^1]);
        Assert.Null(row.Sparkline[0]);
        await first.DisposeAsync();
        await (await waiting.Soon()).DisposeAsync();
    }

    [Fact]
    public async Task Rates_and_percentiles_cover_the_last_seconds_and_the_last_minute()
    {
        await using var site = await new DashboardSite().StartAsync();
        var pool = site.AddPool(configure: options => (options.MaxSize, options.AcquireTimeout) = (1, TimeSpan.FromSeconds(2)));
        site.Tick();
        for (var i = 0; i < 30; i++)
        {
            await (await pool.RentAsync()).DisposeAsync();
        }

        await using (await pool.RentAsync())
        {
            var late = pool.RentAsync().AsTask();
            await Patience.UntilAsync(() => Task.FromResult(pool.GetStatistics().Counts.Waiting), waiting => waiting == 1);
            site.Tick(3);
            await Assert.ThrowsAsync<PoolTimeoutException>(() => late.Soon());
            site.Tick(1);
        }

        var row = Assert.Single((await site.OverviewAsync()).Pools);
        Assert.Equal(31 / 4.0, row.RentsPerSecond, 0.01);
        Assert.Equal(1 / 32.0, row.ErrorRate, 0.0001);
        Assert.Equal(0.25, row.ErrorsPerSecond, 0.01);
        Assert.NotNull(row.WaitP50Seconds);

        site.Tick(80);
        row = Assert.Single((await site.OverviewAsync()).Pools);
        Assert.Equal((0.0, 0.0, null), (row.RentsPerSecond, row.ErrorRate, row.WaitP50Seconds));
        Assert.Equal(1, row.Timeouts);
    }

    [Fact]
    public async Task A_pool_is_not_constructed_for_the_page_and_shows_once_it_is()
    {
        await using var site = new DashboardSite();
        var constructed = 0;
        site.Registry.Register("lazy", name =>
        {
            constructed++;
            return site.NewPool(name);
        });
        await site.StartAsync();
        site.Tick(3);
        Assert.Empty((await site.OverviewAsync()).Pools);
        Assert.Equal(0, constructed);

        _ = site.Registry["lazy"];
        site.Tick();

        Assert.Equal("lazy", Assert.Single((await site.OverviewAsync()).Pools).Name);
    }

    [Fact]
    public async Task Pools_and_registries_of_the_options_are_shown_with_unique_names()
    {
        await using var other = new PoolRegistry();
        ConnectionPool? single = null;
        await using var site = new DashboardSite
        {
            Configure = options =>
            {
                options.Registries.Add(other);
                options.Pools.Add(single!);
            },
        };
        await using var alone = single = site.NewPool("single");
        other.Register(site.NewPool("orders"));
        site.AddPool();
        await site.StartAsync();
        Assert.Equal("orders, orders (2), single", string.Join(", ", (await site.OverviewAsync()).Pools.Select(pool => pool.Name)));
        Assert.Equal("orders (2)", (await site.PoolAsync("orders (2)")).Row.Name);
    }

    [Fact]
    public async Task A_pool_that_is_gone_keeps_its_past_for_a_quarter_of_an_hour()
    {
        await using var site = await new DashboardSite().StartAsync();
        var pool = site.AddPool();
        site.Tick(2);
        site.Registry.TryRemove("orders", out _);
        await pool.DisposeAsync();
        site.Tick(5);

        Assert.Equal("Closed", (await site.PoolAsync()).Row.State);
        Assert.Equal(0, (await site.HistoryAsync(60)).Series.Active[^6]);
        site.Tick(15 * 60);
        Assert.Empty((await site.OverviewAsync()).Pools);
    }

    [Fact]
    public async Task The_successor_of_a_pool_goes_on_with_its_past()
    {
        await using var site = await new DashboardSite().StartAsync();
        var pool = site.AddPool();
        await using (await pool.RentAsync())
        {
            site.Tick(3);
        }

        site.Registry.TryRemove("orders", out _);
        await pool.DisposeAsync();
        site.AddPool();
        site.Tick(3);

        var history = await site.HistoryAsync(60);
        Assert.Equal("Running", Assert.Single((await site.OverviewAsync()).Pools).State);
        Assert.Equal([1, 0], [history.Series.Active[^5], history.Series.Active[^1]]);
        Assert.All(history.Series.Rents, rate => Assert.True(rate is null or >= 0));
    }

    [Fact]
    public async Task Everything_about_a_pool_is_in_its_json()
    {
        await using var site = await new DashboardSite().StartAsync();
        var pool = site.AddPool(configure: options =>
        {
            options.LeakDetection.Threshold = TimeSpan.FromSeconds(2);
            options.LeakDetection.StackSamplingInterval = 1;
        });
        site.Tick();
        await using var lease = await pool.RentAsync();
        site.Tick(5);
        await Patience.UntilAsync(() =>
        {
            site.Tick();
            return site.PoolAsync();
        }, json => json.Leaks.Count > 0);

        var json = await site.PoolAsync();

        var held = Assert.Single(json.Leases);
        Assert.Equal(Assert.Single(pool.GetLeases()).Id, held.Id);
        Assert.StartsWith("SamplingTests.cs:", held.Site, StringComparison.Ordinal);
        Assert.True(held.IsSuspectedLeak);
        Assert.NotNull(held.Stack);
        Assert.Equal(4, json.Slots.Count);
        Assert.Equal((held.Id, "Leased", held.Site), (json.Slots[held.Slot].LeaseId, json.Slots[held.Slot].State, json.Slots[held.Slot].Holder));
        Assert.Equal(("Suspected", held.Site), (json.Leaks[0].Kind, json.Leaks[0].Site));
        Assert.Contains(json.Events, happened => happened.Kind == "LeakSuspected");
        Assert.True(json.Events[0].Sequence > json.Events[^1].Sequence);
        Assert.Contains(json.Settings, setting => setting is { Name: "MaxSize", Value: "4", Default: "10", Unit: "connections", CanChange: true });
        Assert.Null(json.Statements);
        Assert.Equal(1, json.Totals.Rents);
        Assert.Equal("Closed", json.Circuit.State);
    }

    [Fact]
    public async Task What_is_called_like_a_script_comes_out_as_harmless_text()
    {
        await using var site = await new DashboardSite().StartAsync();
        const string Name = "</script><img src=x onerror=alert(1)>'\"&%/ü";
        site.AddPool(Name);
        site.Tick();

        var text = await site.Client.GetStringAsync(new Uri("/pools/api/overview", UriKind.Relative)).Soon();

        Assert.DoesNotContain("<", text, StringComparison.Ordinal);
        Assert.Equal(Name, (await site.PoolAsync(Name)).Row.Name);
    }

    [Theory]
    [InlineData("/pools/api/pool", 400)]
    [InlineData("/pools/api/pool?name=", 400)]
    [InlineData("/pools/api/pool?name=a&name=b", 400)]
    [InlineData("/pools/api/pool?name=orders&verbose=1", 400)]
    [InlineData("/pools/api/pool?name=Orders", 404)]
    [InlineData("/pools/api/replica-set?name=orders", 404)]
    [InlineData("/pools/api/history?pool=orders", 400)]
    [InlineData("/pools/api/history?pool=orders&seconds=59", 400)]
    [InlineData("/pools/api/history?pool=orders&seconds=86401", 400)]
    [InlineData("/pools/api/history?pool=orders&seconds=-60", 400)]
    [InlineData("/pools/api/history?pool=orders&seconds=1e3", 400)]
    [InlineData("/pools/api/history?pool=x&seconds=60", 404)]
    [InlineData("/pools/api/stream?pool=x", 404)]
    [InlineData("/pools/api/stream?replicaSet=x", 404)]
    [InlineData("/pools/api/overview?x=1", 400)]
    [InlineData("/pools/api/none", 404)]
    [InlineData("/pools/api/actions", 405)]
    public async Task Bad_input_is_answered_with_what_is_wrong(string address, int status)
    {
        await using var site = await new DashboardSite().StartAsync();
        site.AddPool();
        site.Tick();

        Assert.Equal(status, (int)(await site.RefusedAsync(address)).Status);
    }
}
