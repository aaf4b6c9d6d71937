using System.Globalization;

namespace Cenote.ProviderTests.SessionContexts;

/// <summary>
/// Row-level security on a real server: leases of many tenants, whose holders change their session, fail, are
/// cancelled, and lose it. Set CENOTE_CONTEXT_LEASES for a longer run.
/// </summary>
public sealed class RowLevelSecurityTests(ITestOutputHelper output)
{
    private static int Leases => int.TryParse(Environment.GetEnvironmentVariable("CENOTE_CONTEXT_LEASES"), CultureInfo.InvariantCulture, out var leases) ? leases : 150;

    [Theory]
    [InlineData(SessionReset.ByDriver)]
    [InlineData(SessionReset.ByPool)]
    public Task No_lease_reads_a_row_of_another_tenant(SessionReset way) => RunAsync(way, ResetMode.Full);

    [Theory]
    [InlineData(ResetMode.Rollback)]
    [InlineData(ResetMode.None)]
    public Task No_lease_reads_a_row_of_another_tenant_where_no_reset_clears_it(ResetMode mode) => RunAsync(SessionReset.ByPool, mode);

    [Theory]
    [InlineData(SessionReset.ByDriver)]
    [InlineData(SessionReset.ByPool)]
    public async Task No_lease_reads_a_row_of_another_tenant_where_sessions_keep_theirs(SessionReset way)
    {
        var table = await TenantTable.CreateAsync(tenants: 4);
        await using var pool = NewPool(table, way, ResetMode.WhenDirty);
        var storm = new TenantStorm(pool, table, Leases);
        await storm.RunAsync();
        output.WriteLine($"{way}, contexts kept: {storm}");
        Assert.Equal((0, 0), (storm.ForeignRows, storm.MissingRows));
        Assert.Empty(storm.Unexpected);
        Assert.InRange(pool.GetStatistics().SessionContextsKept, Leases / 100, Leases);

        // Fewer connections than callers, so that most leases are handed over.
        Assert.InRange(pool.GetStatistics().Waits, Leases / 4, Leases);
    }

    [Fact]
    public async Task The_check_sees_rows_of_another_tenant_where_a_value_stays()
    {
        var table = await TenantTable.CreateAsync(tenants: 10);
        await using var pool = NewPool(table, SessionReset.ByPool, ResetMode.None, maxSize: 1);
        await pool.ExecuteAsync("SELECT set_config('app.tenant', 'tenant1', false)");
        await using var lease = await pool.RentAsync(TestContext.Current.CancellationToken);
        Assert.Equal(new TenantTable.Reading(Own: 0, Foreign: 3), await table.ReadAsync(lease.Connection, "tenant2", TestContext.Current.CancellationToken));
    }

    private async Task RunAsync(SessionReset way, ResetMode mode)
    {
        var table = await TenantTable.CreateAsync(tenants: 1_000);
        await using var pool = NewPool(table, way, mode);
        var storm = new TenantStorm(pool, table, Leases);
        await storm.RunAsync();
        output.WriteLine($"{way}, {mode}: {storm}");
        Assert.Equal(0, storm.ForeignRows);
        Assert.Equal(0, storm.MissingRows);
        Assert.Empty(storm.Unexpected);
        Assert.True(storm.Reads > Leases / 2, $"Too few reads to show anything: {storm}");
        await Patience.SoonAsync(() => pool.GetStatistics().Counts is { Leased: 0, Waiting: 0, Resetting: 0, Validating: 0 });
    }

    private static ConnectionPool NewPool(TenantTable table, SessionReset way, ResetMode mode, int maxSize = 6) => new(
        new PostgreSqlProvider($"{RealServers.PostgreSqlOrdinary};Application Name={table.Name}"),
        new ConnectionPoolOptions { MinSize = 0, MaxSize = maxSize, SessionReset = way, ResetMode = mode, AcquireTimeout = TimeSpan.FromMinutes(2), WhenDirty = { KeepSessionContexts = true } });
}
