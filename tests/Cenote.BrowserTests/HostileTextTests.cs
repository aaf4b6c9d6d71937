using Npgsql;

namespace Cenote.BrowserTests;

public sealed class HostileTextTests(Browser browser)
{
    // Without a literal of SQL: the statistics of statements leave those out.
    private const string Script = "<script>window.hacked=window</script>";
    private const string Image = "'\"><img src=x onerror=window.hacked=window>";
    private const string Bare = "<img src=x onerror=window.hacked=window>";
    private const string Mixed = "a/b?c=d&e#f%41 'q' \\ ]]> {{7*7}} ${7*7} javascript:alert(1)";

    [Fact]
    public async Task Script_in_the_name_of_a_pool_does_not_run()
    {
        await using var pools = new TestPools();
        foreach (var name in new[] { Script, Image, Mixed })
        {
            await pools.AddSqliteAsync(name);
        }

        await using var site = await Site.StartAsync(new SiteOptions { Registry = pools.Registry });
        await using var visit = await Visit.BeginAsync(browser, site);
        foreach (var name in new[] { Script, Image, Mixed })
        {
            await Assertions.Expect(visit.Page.PoolRow(name).GetByRole(AriaRole.Link)).ToHaveTextAsync(name);
            await visit.ShowPoolAsync(name);
            await Assertions.Expect(visit.Page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Level = 1 })).ToContainTextAsync(name);
            await visit.ShowOverviewAsync();
        }

        await NothingRanAsync(visit);
    }

    [Fact]
    public async Task Script_in_an_error_of_the_database_does_not_run()
    {
        await using var pools = new TestPools();

        // The server quotes the name of the database that it does not have. With an equals sign in it the name would be
        // refused before.
        const string Markup = "<img src onerror>";
        var nowhere = new ConnectionPoolBuilder().WithName("nowhere")
            .UsePostgreSql(new NpgsqlConnectionStringBuilder(RealServers.PostgreSql) { Database = Markup }.ConnectionString)
            .WithSize(0, 2).WithAcquireTimeout(TimeSpan.FromSeconds(1)).Configure(static options => options.MaxOpenRetries = 0);
        var unreachable = await pools.AddAsync(nowhere);
        var orders = await pools.AddSqliteAsync("orders", configure: static options => options.StatementStatistics = new StatementStatisticsOptions());
        await Assert.ThrowsAnyAsync<Exception>(async () => await unreachable.RentAsync());
        await Assert.ThrowsAnyAsync<Exception>(() => ExecuteAsync(orders, $"SELECT * FROM [{Script}]"));
        await Assert.ThrowsAnyAsync<Exception>(() => ExecuteAsync(orders, $"SELECT {Bare}"));
        orders.RecordOperatorAction(Script, Image);

        await using var site = await Site.StartAsync(new SiteOptions { Registry = pools.Registry });
        await using var visit = await Visit.BeginAsync(browser, site);
        await visit.ShowPoolAsync("nowhere");
        await Assertions.Expect(visit.Page.Field("lastOpenFailure")).ToContainTextAsync(Markup);
        await visit.ShowOverviewAsync();
        await visit.ShowPoolAsync("orders");
        var statements = visit.Page.Panel("statements");
        await Assertions.Expect(statements).ToContainTextAsync($"no such table: {Script}");
        await Assertions.Expect(statements).ToContainTextAsync(Bare);
        await Assertions.Expect(visit.Page.Panel("events").Locator("tr[data-event=OperatorAction]")).ToContainTextAsync(Image);
        await NothingRanAsync(visit);
    }

    private static async Task NothingRanAsync(Visit visit)
    {
        Assert.False(await visit.Page.EvaluateAsync<bool>("() => 'hacked' in window"));
        Assert.Equal(0, await visit.Page.Locator("main script, main img, [onerror]").CountAsync());
        await visit.IsCleanAsync();
    }

    private static async Task ExecuteAsync(ConnectionPool pool, string statement)
    {
        await using var connection = await pool.OpenConnectionAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = statement;
        await command.ExecuteScalarAsync();
    }
}
