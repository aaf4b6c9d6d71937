namespace Cenote.BrowserTests;

public sealed class OutageTests(Browser browser)
{
    [Fact]
    public async Task A_killed_server_turns_its_pools_row_red_and_its_return_turns_it_back()
    {
        await using var server = await PostgreSqlServer.StartNewAsync();
        await using var pools = new TestPools();
        await pools.AddSqliteAsync("healthy");
        var pool = await pools.AddAsync(new ConnectionPoolBuilder().WithName("billing").UseProvider(server.CreateProvider(server.Port)).WithSize(1, 3)
            .Configure(static options =>
            {
                options.AcquireTimeout = TimeSpan.FromSeconds(1);
                options.MaxOpenRetries = 0;
                options.CircuitBreaker = new CircuitBreakerOptions { FailureThreshold = 2, BreakDuration = TimeSpan.FromMilliseconds(200), MaxBreakDuration = TimeSpan.FromMilliseconds(500) };
            }));
        await using var load = new Load().Add(pool, 2, "SELECT 1");
        await using var site = await Site.StartAsync(new SiteOptions { Registry = pools.Registry });
        await using var visit = await Visit.BeginAsync(browser, site);
        var row = visit.Page.PoolRow("billing");
        await row.IsAsync("healthy");

        await server.KillAsync();
        await row.IsAsync("unhealthy");
        await visit.Page.PoolRow("healthy").IsAsync("healthy");

        await server.StartAsync();
        await row.IsAsync("healthy");
        await row.ShowsAsync("circuit", "Closed");
        await visit.IsCleanAsync();
    }
}
