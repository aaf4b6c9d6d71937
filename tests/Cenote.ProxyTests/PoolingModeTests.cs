namespace Cenote.ProxyTests;

/// <summary>What a pool with a full reset notices, and does not, of the modes of a real PgBouncer.</summary>
public sealed class PoolingModeTests(Bouncers bouncers) : IClassFixture<Bouncers>
{
    [Theory]
    [InlineData(SessionClearing.DriverReset)]
    [InlineData(SessionClearing.OwnReset)]
    public async Task Sessions_that_a_proxy_shares_out_are_warned_of_once(SessionClearing clearing)
    {
        var bouncer = await bouncers.StartAsync("pool_mode = transaction", "server_round_robin = 1");
        await using var pool = Bouncers.NewPool(bouncer.ConnectionString, options => (options.SessionClearing, options.MaxSize) = (clearing, 8));
        await Patience.SoonAsync(() => SetTenantsAsync(pool).GetAwaiter().GetResult(), "warned");
        var warning = Assert.Single(pool.GetEvents(), static happened => happened.Kind == PoolEventKind.ConnectionWarning);
        Assert.Contains("SessionsShared", warning.Message, StringComparison.Ordinal);
        Assert.Contains("pool_mode = session", warning.Message, StringComparison.Ordinal);
        await SetTenantsAsync(pool);
        Assert.Single(pool.GetEvents(), static happened => happened.Kind == PoolEventKind.ConnectionWarning);
    }

    [Theory]
    [InlineData(SessionClearing.DriverReset)]
    [InlineData(SessionClearing.OwnReset)]
    public async Task Sessions_of_their_own_are_kept_apart_and_not_warned_of(SessionClearing clearing)
    {
        var bouncer = await bouncers.StartAsync("pool_mode = session", "server_round_robin = 1");
        await using var pool = Bouncers.NewPool(bouncer.ConnectionString, options => (options.SessionClearing, options.MaxSize) = (clearing, 8));
        for (var round = 0; round < 5; round++)
        {
            Assert.False(await SetTenantsAsync(pool));
        }
    }

    [Fact]
    public async Task Idle_session_that_another_answers_for_is_found_by_validation()
    {
        var bouncer = await bouncers.StartAsync("pool_mode = transaction");
        await using var pool = Bouncers.NewPool(bouncer.ConnectionString);
        await pool.WarmUpAsync(1, cancellationToken: Sessions.Stop);
        await using var other = await bouncer.OpenAsync();
        await using var holding = await other.BeginTransactionAsync(Sessions.Stop);
        await other.ExecuteAsync("SELECT 1");
        await pool.ValidateIdleAsync(Sessions.Stop);
        Assert.Single(pool.GetEvents(), static happened => happened.Kind == PoolEventKind.ConnectionWarning);
    }

    [Fact]
    public async Task Pool_that_keeps_no_session_state_is_not_warned_of_transaction_pooling()
    {
        var bouncer = await bouncers.StartAsync("pool_mode = transaction");
        await using var pool = Bouncers.NewPool(bouncer.ConnectionString, static options => (options.ResetMode, options.MaxSize) = (ResetMode.Rollback, 8));
        Assert.False(await SetTenantsAsync(pool, "SELECT set_config('my.tenant', '{0}', true)"));
        await pool.ValidateIdleAsync(Sessions.Stop);
        Assert.DoesNotContain(pool.GetEvents(), static happened => happened.Kind == PoolEventKind.ConnectionWarning);
    }

    /// <summary>Eight callers that set a tenant each.</summary>
    /// <returns>Whether the pool has warned, or a lease began with somebody else's tenant in a mode in which that may not be.</returns>
    private static async Task<bool> SetTenantsAsync(ConnectionPool pool, string statement = "SELECT set_config('my.tenant', '{0}', false)")
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async caller =>
        {
            for (var i = 0; i < 10; i++)
            {
                await using var connection = await pool.OpenConnectionAsync(Sessions.Stop);
                await connection.ScalarAsync<string>(string.Format(System.Globalization.CultureInfo.InvariantCulture, statement, caller));
                await connection.ScalarAsync<int>("SELECT 1");
            }
        })).Soon();
        return pool.GetEvents().Any(static happened => happened.Kind == PoolEventKind.ConnectionWarning);
    }
}
