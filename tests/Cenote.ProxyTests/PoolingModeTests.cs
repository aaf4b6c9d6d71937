using System.Globalization;

namespace Cenote.ProxyTests;

/// <summary>What a pool with a full reset notices, and does not, of the modes of a real PgBouncer.</summary>
public sealed class PoolingModeTests(Bouncers bouncers) : IClassFixture<Bouncers>
{
    [Theory, ClassData<EveryValue<SessionReset>>]
    public async Task Sessions_that_a_proxy_shares_out_are_warned_of_once(SessionReset clearing)
    {
        await using var bouncer = await bouncers.StartAsync("pool_mode = transaction", "server_round_robin = 1");
        await using var pool = Bouncers.NewPool(bouncer.ConnectionString, options => (options.SessionReset, options.MaxSize) = (clearing, 8));
        var count = new Tenants();
        await Patience.SoonAsync(() => SetTenantsAsync(pool, count).GetAwaiter().GetResult() && count is { Strangers: > 0, Lost: > 0 }, "warned, met and lost");
        var warning = Assert.Single(pool.GetEvents(), static happened => happened.Kind == PoolEventKind.ConnectionWarning);
        Assert.Contains("SessionsShared", warning.Message, StringComparison.Ordinal);
        Assert.Contains("pool_mode = session", warning.Message, StringComparison.Ordinal);
        await SetTenantsAsync(pool, count);
        Assert.Single(pool.GetEvents(), static happened => happened.Kind == PoolEventKind.ConnectionWarning);
    }

    [Theory, ClassData<EveryValue<SessionReset>>]
    public async Task Sessions_of_their_own_are_kept_apart_and_not_warned_of(SessionReset clearing)
    {
        await using var bouncer = await bouncers.StartAsync("pool_mode = session", "server_round_robin = 1");
        await using var pool = Bouncers.NewPool(bouncer.ConnectionString, options => (options.SessionReset, options.MaxSize) = (clearing, 8));
        var count = new Tenants();
        for (var round = 0; round < 5; round++)
        {
            Assert.False(await SetTenantsAsync(pool, count));
        }

        Assert.Equal((0, 0), (count.Strangers, count.Lost));
    }

    [Fact]
    public async Task Idle_session_that_another_answers_for_is_found_by_validation()
    {
        await using var bouncer = await bouncers.StartAsync("pool_mode = transaction");
        await using var pool = Bouncers.NewPool(bouncer.ConnectionString);
        await pool.WarmUpAsync(1, cancellationToken: Stop);
        await using var other = await bouncer.OpenAsync();
        await using var holding = await other.BeginTransactionAsync(Stop);
        await other.ExecuteAsync("SELECT 1");
        await pool.ValidateIdleAsync(Stop);
        Assert.Single(pool.GetEvents(), static happened => happened.Kind == PoolEventKind.ConnectionWarning);
    }

    [Fact]
    public async Task Pool_that_keeps_no_session_state_is_not_warned_of_transaction_pooling()
    {
        await using var bouncer = await bouncers.StartAsync("pool_mode = transaction");
        await using var pool = Bouncers.NewPool(bouncer.ConnectionString, static options => (options.ResetMode, options.MaxSize) = (ResetMode.Rollback, 8));
        var count = new Tenants();
        Assert.False(await SetTenantsAsync(pool, count, inTransaction: true));
        Assert.Equal((0, 0), (count.Strangers, count.Lost));
        await pool.ValidateIdleAsync(Stop);
        Assert.DoesNotContain(pool.GetEvents(), static happened => happened.Kind == PoolEventKind.ConnectionWarning);
    }

    [Fact]
    public async Task A_session_context_passes_a_proxy_that_keeps_sessions_apart()
    {
        await using var bouncer = await bouncers.StartAsync("pool_mode = session");
        await using var pool = Bouncers.NewPool(bouncer.ConnectionString);
        await using var connection = await pool.OpenConnectionAsync(SessionContext.Empty.With("my.tenant", "7"), Stop);
        Assert.Equal("7", await connection.ScalarAsync<string>("SELECT current_setting('my.tenant')"));
    }

    [Fact]
    public async Task A_session_context_is_refused_before_another_session_gets_it()
    {
        await using var bouncer = await bouncers.StartAsync("pool_mode = transaction");
        await using var pool = Bouncers.NewPool(bouncer.ConnectionString, static options => options.ResetMode = ResetMode.Rollback);
        await pool.WarmUpAsync(1, cancellationToken: Stop);
        await using var other = await bouncer.OpenAsync();
        await using var holding = await other.BeginTransactionAsync(Stop);
        await other.ExecuteAsync("SELECT 1");
        await Assert.ThrowsAsync<NotSupportedException>(async () => await pool.RentAsync(SessionContext.Empty.With("my.tenant", "7"), Stop));

        // The session that answered instead.
        await using var stranger = await bouncer.OpenAsync();
        Assert.Equal("", await stranger.ScalarAsync<string>("SELECT coalesce(current_setting('my.tenant', true), '')"));
    }

    [Fact]
    public async Task A_connection_without_the_proxy_takes_a_session_context_after_a_refusal()
    {
        var server = bouncers.Server;
        ConnectionPool pool;
        await using (var bouncer = await bouncers.StartAsync("pool_mode = transaction"))
        {
            var both = string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1:{bouncer.Port},127.0.0.1:{server.Port};Database=postgres;Username=worker;Password={server.Password};SSL Mode=Disable");
            pool = Bouncers.NewPool(both, static options => (options.ResetMode, options.MaxSize) = (ResetMode.Rollback, 1));
            await pool.WarmUpAsync(1, cancellationToken: Stop);
            await using var other = await bouncer.OpenAsync();
            await using var holding = await other.BeginTransactionAsync(Stop);
            await other.ExecuteAsync("SELECT 1");
            var refusal = await Assert.ThrowsAsync<NotSupportedException>(async () => await pool.RentAsync(SessionContext.Empty.With("my.tenant", "7"), Stop));
            Assert.Contains("opened without the proxy", refusal.Message, StringComparison.Ordinal);
        }

        await using (pool)
        {
            await using var connection = await pool.OpenConnectionAsync(SessionContext.Empty.With("my.tenant", "7"), Stop);
            Assert.Equal("7", await connection.ScalarAsync<string>("SELECT current_setting('my.tenant')"));
        }
    }

    [Fact]
    public async Task A_session_context_is_not_kept_for_the_next_lease()
    {
        // The pooling mode may change at any time, and nothing would tell.
        await using var bouncer = await bouncers.StartAsync("pool_mode = session");
        await using var direct = Bouncers.NewPool(bouncers.Server.ConnectionString(bouncers.Server.Port), KeepContexts);
        await using var proxied = Bouncers.NewPool(bouncer.ConnectionString, KeepContexts);
        foreach (var pool in (ConnectionPool[])[direct, proxied])
        {
            for (var lease = 0; lease < 3; lease++)
            {
                await using var connection = await pool.OpenConnectionAsync(SessionContext.Empty.With("my.tenant", "7"), Stop);
                await using var command = connection.CreateCommand();
                command.CommandText = "SELECT current_setting('my.tenant')";
                Assert.Equal("7", await command.ExecuteScalarAsync(Stop));
            }
        }

        Assert.Equal((1, 2), (direct.GetStatistics().SessionContextsSet, direct.GetStatistics().SessionContextsKept));
        Assert.Equal((3, 0), (proxied.GetStatistics().SessionContextsSet, proxied.GetStatistics().SessionContextsKept));

        static void KeepContexts(ConnectionPoolOptions options)
        {
            (options.MaxSize, options.ResetMode) = (1, ResetMode.WhenDirty);
            options.WhenDirty.KeepSessionContexts = true;
        }
    }

    [Theory]
    [InlineData(Way.BouncerSession, false)]
    [InlineData(Way.BouncerTransaction, false)]
    [InlineData(Way.Pgpool, true)]
    [InlineData(Way.HaProxy, true)]
    public async Task Sessions_are_reported_unless_their_ids_are_the_proxy_s(string name, bool isReported)
    {
        await using var way = await Way.StartAsync(bouncers.Server, name);
        await using var pool = Bouncers.NewPool(way.ConnectionString, static options => (options.ResetMode, options.MaxSize, options.AcquireTimeout) = (ResetMode.Rollback, 1, TimeSpan.FromSeconds(2)));
        await using var lease = await pool.RentAsync(Patience.Limit, Stop);
        PoolTimeoutException exception;
        do
        {
            exception = await Assert.ThrowsAsync<PoolTimeoutException>(async () => (await pool.RentAsync(Stop)).Dispose());
        }
        while (!exception.Message.Contains("The server was queried", StringComparison.Ordinal));

        Assert.Equal(!isReported, exception.Message.Contains(" UTC: a proxy is in between, whose sessions are not those of the server.", StringComparison.Ordinal));
        Assert.Equal(isReported, Assert.Single(exception.LongestHolders).Session is not null);
    }

    /// <summary>
    /// Eight callers rent ten times each. Each lease reads the tenant that it begins with, sets its own, and reads that
    /// again.
    /// </summary>
    /// <returns>Whether the pool has warned.</returns>
    private static async Task<bool> SetTenantsAsync(ConnectionPool pool, Tenants count, bool inTransaction = false)
    {
        const string read = "SELECT coalesce(current_setting('my.tenant', true), '')";
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async caller =>
        {
            var own = caller.ToString(CultureInfo.InvariantCulture);
            for (var i = 0; i < 10; i++)
            {
                await using var connection = await pool.OpenConnectionAsync(Stop);
                count.Begin(await connection.ScalarAsync<string>(read));
                await using var transaction = inTransaction ? await connection.BeginTransactionAsync(Stop) : null;
                await connection.ExecuteAsync($"SET {(inTransaction ? "LOCAL " : "")}my.tenant = '{own}'");
                count.ReadBack(await connection.ScalarAsync<string>(read), own);
                await (transaction?.CommitAsync(Stop) ?? Task.CompletedTask);
            }
        })).Soon();
        return pool.GetEvents().Any(static happened => happened.Kind == PoolEventKind.ConnectionWarning);
    }

    /// <summary>Leases that began with another lease's tenant, and leases that did not read their own.</summary>
    private sealed class Tenants
    {
        private int _strangers;
        private int _lost;

        internal int Strangers => Volatile.Read(ref _strangers);

        internal int Lost => Volatile.Read(ref _lost);

        internal void Begin(string tenant) => Count(ref _strangers, tenant.Length > 0);

        internal void ReadBack(string tenant, string own) => Count(ref _lost, tenant != own);

        private static void Count(ref int counter, bool isOne)
        {
            if (isOne)
            {
                Interlocked.Increment(ref counter);
            }
        }
    }
}
