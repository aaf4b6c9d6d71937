namespace Cenote.ProxyTests;

/// <summary>The table of docs/proxies.md: what works through which real proxy.</summary>
public sealed class ModeTableTests(Bouncers bouncers) : IClassFixture<Bouncers>
{
    [Theory]
    [InlineData(Way.BouncerSession, true)]
    [InlineData(Way.BouncerTransaction, false)]
    [InlineData(Way.Pgpool, true)]
    [InlineData(Way.HaProxy, true)]
    public async Task Session_state_outlives_a_statement(string mode, bool isKept)
    {
        await using var lab = await StartAsync(mode);
        await lab.Connection.ScalarAsync<string>("SELECT set_config('my.tenant', 'a', false)");
        await lab.MoveAsync();
        Assert.Equal(isKept, await lab.Connection.ScalarAsync<string>("SELECT coalesce(current_setting('my.tenant', true), '')") == "a");
    }

    [Theory]
    [InlineData(Way.BouncerSession, true)]
    [InlineData(Way.BouncerTransaction, true)]
    [InlineData(Way.Pgpool, true)]
    [InlineData(Way.HaProxy, true)]
    public async Task State_of_a_transaction_is_kept_within_it(string mode, bool isKept)
    {
        await using var lab = await StartAsync(mode);
        await using var transaction = await lab.Connection.BeginTransactionAsync(Stop);
        await lab.Connection.ScalarAsync<string>("SELECT set_config('my.tenant', 'a', true)");
        await lab.MoveAsync();
        Assert.Equal(isKept, await lab.Connection.ScalarAsync<string>("SELECT coalesce(current_setting('my.tenant', true), '')") == "a");
    }

    [Fact]
    public async Task Statement_pooling_has_no_transactions()
    {
        await using var lab = await StartAsync(Way.BouncerStatement);
        var failure = await Assert.ThrowsAsync<PostgresException>(async () =>
        {
            await using var transaction = await lab.Connection.BeginTransactionAsync(Stop);
            await lab.Connection.ScalarAsync<int>("SELECT 1");
        });
        Assert.Contains("transaction blocks not allowed", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Way.BouncerSession, true)]
    [InlineData(Way.BouncerTransaction, false)]
    [InlineData(Way.Pgpool, true)]
    [InlineData(Way.HaProxy, true)]
    public async Task Advisory_lock_is_released_by_its_holder(string mode, bool isReleased)
    {
        await using var lab = await StartAsync(mode);
        var key = Random.Shared.Next();
        await lab.Connection.ScalarAsync<bool>($"SELECT pg_try_advisory_lock({key})");
        await lab.MoveAsync();
        Assert.Equal(isReleased, await lab.Connection.ScalarAsync<bool>($"SELECT pg_advisory_unlock({key})"));
    }

    [Theory]
    [InlineData(Way.BouncerSession, true)]
    [InlineData(Way.BouncerTransaction, false)]
    [InlineData(Way.Pgpool, true)]
    [InlineData(Way.HaProxy, true)]
    public async Task Prepared_statement_is_there_when_it_is_executed(string mode, bool works)
    {
        await using var lab = await StartAsync(mode);
        await using var command = lab.Connection.CreateCommand();
        command.CommandText = "SELECT 7";
        await command.PrepareAsync(Stop);
        await lab.MoveAsync();
        if (works)
        {
            Assert.Equal(7, await command.ExecuteScalarAsync(Stop));
        }
        else
        {
            var failure = await Assert.ThrowsAsync<PostgresException>(() => command.ExecuteScalarAsync(Stop));
            Assert.Equal("26000", failure.SqlState);
        }
    }

    [Theory]
    [InlineData(Way.BouncerSession, true)]
    [InlineData(Way.BouncerTransaction, false)]
    [InlineData(Way.Pgpool, true)]
    [InlineData(Way.HaProxy, true)]
    public async Task Notification_reaches_the_session_that_listens(string mode, bool isReceived)
    {
        await using var lab = await StartAsync(mode);
        var received = 0;
        lab.Connection.Unwrap<NpgsqlConnection>().Notification += (_, _) => Interlocked.Increment(ref received);
        await lab.Connection.ExecuteAsync("LISTEN news");
        await lab.MoveAsync();
        await bouncers.Server.ExecuteAsync("NOTIFY news");

        // What was sent before the answer of the next statement arrives with it.
        await lab.Connection.ScalarAsync<int>("SELECT 1");
        await lab.Connection.ScalarAsync<int>("SELECT 1");
        Assert.Equal(isReceived ? 1 : 0, Volatile.Read(ref received));
    }

    [Theory]
    [InlineData(Way.BouncerSession)]
    [InlineData(Way.BouncerTransaction)]
    [InlineData(Way.Pgpool)]
    [InlineData(Way.HaProxy)]
    public async Task Role_and_position_of_the_server_can_be_read(string mode)
    {
        await using var lab = await StartAsync(mode);
        var driver = lab.Connection.Unwrap<NpgsqlConnection>();
        var status = await lab.Pool.Provider.ReadStatusAsync(driver, Stop);
        await lab.MoveAsync();
        Assert.Equal(ServerRole.Primary, status.Role);
        Assert.True((await lab.Pool.Provider.ReadPositionAsync(driver, Stop))!.Covers(status.Position!));
    }

    [Theory]
    [InlineData(Way.BouncerSession, SessionReset.ByDriver, ResetMode.Full)]
    [InlineData(Way.BouncerSession, SessionReset.ByPool, ResetMode.Full)]
    [InlineData(Way.BouncerSession, SessionReset.ByPool, ResetMode.Rollback)]
    [InlineData(Way.BouncerTransaction, SessionReset.ByDriver, ResetMode.Full)]
    [InlineData(Way.BouncerTransaction, SessionReset.ByPool, ResetMode.Full)]
    [InlineData(Way.BouncerTransaction, SessionReset.ByPool, ResetMode.Rollback)]
    [InlineData(Way.BouncerTransaction, SessionReset.ByPool, ResetMode.None)]
    [InlineData(Way.BouncerStatement, SessionReset.ByDriver, ResetMode.Full)]
    [InlineData(Way.BouncerStatement, SessionReset.ByPool, ResetMode.Full)]
    [InlineData(Way.BouncerStatement, SessionReset.ByPool, ResetMode.Rollback)]
    [InlineData(Way.BouncerStatement, SessionReset.ByPool, ResetMode.None)]
    [InlineData(Way.Pgpool, SessionReset.ByDriver, ResetMode.Full)]
    [InlineData(Way.Pgpool, SessionReset.ByPool, ResetMode.Full)]
    [InlineData(Way.HaProxy, SessionReset.ByDriver, ResetMode.Full)]
    [InlineData(Way.HaProxy, SessionReset.ByPool, ResetMode.Full)]
    public async Task Connection_survives_its_reset(string mode, SessionReset clearing, ResetMode reset)
    {
        var way = await bouncers.ShareAsync(mode);
        await using var pool = Bouncers.NewPool(way.ConnectionString, options => (options.SessionReset, options.ResetMode) = (clearing, reset));
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(1, await pool.ScalarAsync<int>("SELECT 1"));
            await Patience.SoonAsync(() => pool.GetStatistics().Counts is { Resetting: 0, Leased: 0 }, "reset");
        }

        Assert.Equal(1, pool.GetStatistics().ConnectionsOpened);
    }

    [Theory]
    [InlineData(Way.BouncerSession)]
    [InlineData(Way.BouncerTransaction)]
    [InlineData(Way.Pgpool)]
    [InlineData(Way.HaProxy)]
    public async Task Transaction_that_a_lease_leaves_open_is_rolled_back(string mode)
    {
        var way = await bouncers.ShareAsync(mode);
        await using var pool = Bouncers.NewPool(way.ConnectionString, static options => (options.MaxSize, options.SessionReset, options.ResetMode) = (1, SessionReset.ByPool, ResetMode.Rollback));
        var key = Random.Shared.Next();
        await using (var connection = await pool.OpenConnectionAsync(Stop))
        {
            await connection.ExecuteAsync("BEGIN");
            await connection.ExecuteAsync($"SELECT pg_advisory_xact_lock({key})");
        }

        await using var next = await pool.OpenConnectionAsync(Stop);
        await using var administrator = await bouncers.Server.OpenAdminAsync();
        Assert.True(await administrator.ScalarAsync<bool>($"SELECT pg_try_advisory_xact_lock({key})"));
        Assert.Equal(1, await next.ScalarAsync<int>("SELECT 1"));
        Assert.Equal(1, pool.GetStatistics().ConnectionsOpened);
    }

    [Theory]
    [InlineData(Way.BouncerSession)]
    [InlineData(Way.Pgpool)]
    [InlineData(Way.HaProxy)]
    public async Task Nothing_is_reset_without_a_reset(string mode)
    {
        var way = await bouncers.ShareAsync(mode);
        await using var pool = Bouncers.NewPool(way.ConnectionString, static options => (options.MaxSize, options.ResetMode) = (1, ResetMode.None));
        await pool.ScalarAsync<string>("SELECT set_config('my.tenant', 'a', false)");
        Assert.Equal("a", await pool.ScalarAsync<string>("SELECT current_setting('my.tenant', true)"));
        Assert.Equal(1, pool.GetStatistics().ConnectionsOpened);
    }

    [Theory]
    [InlineData("TimeZone", "Asia/Tokyo", true, false)]
    [InlineData("DateStyle", "German, DMY", true, false)]
    [InlineData("client_encoding", "LATIN1", true, false)]
    [InlineData("standard_conforming_strings", "off", true, false)]
    [InlineData("application_name", "orders", true, true)]
    [InlineData("search_path", "pg_catalog", false, true)]
    [InlineData("statement_timeout", "9s", false, true)]
    public async Task Settings_that_transaction_pooling_keeps_and_shares(string setting, string value, bool isKept, bool isShared)
    {
        await using var lab = await StartAsync(Way.BouncerTransaction);
        await lab.Connection.ScalarAsync<string>($"SELECT set_config('{setting}', '{value}', false)");
        await lab.MoveAsync();
        Assert.Equal(isKept, await lab.Connection.ScalarAsync<string>($"SHOW {setting}") == value);

        // Its connection string names no application.
        Assert.Equal(isShared, await lab.Other.ScalarAsync<string>($"SHOW {setting}") == value);
    }

    [Theory]
    [InlineData(Way.Pgpool)]
    [InlineData(Way.HaProxy)]
    public async Task Query_timeout_is_passed_on_to_the_server(string mode)
    {
        var way = await bouncers.ShareAsync(mode);
        await using var pool = Bouncers.NewPool(way.ConnectionString, static options => options.QueryTimeout = TimeSpan.FromSeconds(7));
        await using var lease = await pool.RentAsync(Stop);
        Assert.Equal("7s", await lease.Connection.ScalarAsync<string>("SHOW statement_timeout"));
    }

    [Theory]
    [InlineData(Way.BouncerSession, SessionReset.ByDriver)]
    [InlineData(Way.BouncerSession, SessionReset.ByPool)]
    [InlineData(Way.Pgpool, SessionReset.ByDriver)]
    [InlineData(Way.Pgpool, SessionReset.ByPool)]
    [InlineData(Way.HaProxy, SessionReset.ByDriver)]
    [InlineData(Way.HaProxy, SessionReset.ByPool)]
    public async Task Session_context_and_settings_end_with_their_lease(string mode, SessionReset clearing)
    {
        var way = await bouncers.ShareAsync(mode);
        await using var pool = Bouncers.NewPool(way.ConnectionString, options => (options.MaxSize, options.SessionReset) = (1, clearing));
        await using (var connection = await pool.OpenConnectionAsync(SessionContext.Empty.With("my.tenant", "7"), Stop))
        {
            Assert.Equal("7", await connection.ScalarAsync<string>("SELECT current_setting('my.tenant')"));
            await connection.ExecuteAsync("SET work_mem = '4321kB'");
        }

        Assert.Equal("", await pool.ScalarAsync<string>("SELECT coalesce(current_setting('my.tenant', true), '')"));
        Assert.NotEqual("4321kB", await pool.ScalarAsync<string>("SHOW work_mem"), StringComparer.Ordinal);
        Assert.DoesNotContain(pool.GetEvents(), static happened => happened.Kind == PoolEventKind.ConnectionWarning);
    }

    private async Task<Lab> StartAsync(string mode)
    {
        var way = await Way.StartAsync(bouncers.Server, mode);
        var pool = Bouncers.NewPool(way.ConnectionString, static options => options.ResetMode = ResetMode.None);
        return new Lab(way, pool, await pool.OpenConnectionAsync(Stop), await way.OpenAsync());
    }

    /// <summary>A connection of a pool, and another client.</summary>
    private sealed class Lab(Way way, ConnectionPool pool, PooledConnection connection, NpgsqlConnection other) : IAsyncDisposable
    {
        internal ConnectionPool Pool => pool;

        internal PooledConnection Connection => connection;

        internal NpgsqlConnection Other => other;

        /// <summary>The other client takes the server session that was used last, and keeps it.</summary>
        internal Task MoveAsync() => other.ExecuteAsync("BEGIN");

        public async ValueTask DisposeAsync()
        {
            await connection.DisposeAsync();
            await pool.DisposeAsync();
            await other.DisposeAsync();
            await way.DisposeAsync();
        }
    }
}
