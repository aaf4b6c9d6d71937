namespace Cenote.ProxyTests;

/// <summary>The table of docs/proxies.md: what works in which mode of a real PgBouncer.</summary>
public sealed class ModeTableTests(Bouncers bouncers) : IClassFixture<Bouncers>
{
    [Theory]
    [InlineData("session", true)]
    [InlineData("transaction", false)]
    public async Task Session_state_outlives_a_statement(string mode, bool isKept)
    {
        await using var lab = await StartAsync(mode);
        await lab.Connection.ScalarAsync<string>("SELECT set_config('my.tenant', 'a', false)");
        await lab.MoveAsync();
        Assert.Equal(isKept, await lab.Connection.ScalarAsync<string>("SELECT coalesce(current_setting('my.tenant', true), '')") == "a");
    }

    [Theory]
    [InlineData("session", true)]
    [InlineData("transaction", true)]
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
        await using var lab = await StartAsync("statement");
        var failure = await Assert.ThrowsAsync<PostgresException>(async () =>
        {
            await using var transaction = await lab.Connection.BeginTransactionAsync(Stop);
            await lab.Connection.ScalarAsync<int>("SELECT 1");
        });
        Assert.Contains("transaction blocks not allowed", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("session", true)]
    [InlineData("transaction", false)]
    public async Task Advisory_lock_is_released_by_its_holder(string mode, bool isReleased)
    {
        await using var lab = await StartAsync(mode);
        var key = Random.Shared.Next();
        await lab.Connection.ScalarAsync<bool>($"SELECT pg_try_advisory_lock({key})");
        await lab.MoveAsync();
        Assert.Equal(isReleased, await lab.Connection.ScalarAsync<bool>($"SELECT pg_advisory_unlock({key})"));
    }

    [Theory]
    [InlineData("session", true)]
    [InlineData("transaction", false)]
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
    [InlineData("session", true)]
    [InlineData("transaction", false)]
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
    [InlineData("session")]
    [InlineData("transaction")]
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
    [InlineData("session", SessionReset.ByDriver, ResetMode.Full)]
    [InlineData("session", SessionReset.ByPool, ResetMode.Full)]
    [InlineData("session", SessionReset.ByPool, ResetMode.Rollback)]
    [InlineData("transaction", SessionReset.ByDriver, ResetMode.Full)]
    [InlineData("transaction", SessionReset.ByPool, ResetMode.Full)]
    [InlineData("transaction", SessionReset.ByPool, ResetMode.Rollback)]
    [InlineData("statement", SessionReset.ByDriver, ResetMode.Full)]
    [InlineData("statement", SessionReset.ByPool, ResetMode.Full)]
    [InlineData("statement", SessionReset.ByPool, ResetMode.Rollback)]
    [InlineData("statement", SessionReset.ByPool, ResetMode.None)]
    public async Task Connection_survives_its_reset(string mode, SessionReset clearing, ResetMode reset)
    {
        await using var bouncer = await bouncers.StartAsync($"pool_mode = {mode}");
        await using var pool = Bouncers.NewPool(bouncer.ConnectionString, options => (options.SessionReset, options.ResetMode) = (clearing, reset));
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(1, await pool.ScalarAsync<int>("SELECT 1"));
            await Patience.SoonAsync(() => pool.GetStatistics().Counts is { Resetting: 0, Leased: 0 }, "reset");
        }

        Assert.Equal(1, pool.GetStatistics().ConnectionsOpened);
    }

    private async Task<Lab> StartAsync(string mode)
    {
        // Since 1.21 PgBouncer can prepare a statement on each session that needs it, and by default does since 1.24.
        // The table is without that; 1.18 has no such setting.
        string[] settings = await PgBouncer.ReadVersionAsync() < new Version(1, 21) ? [] : ["max_prepared_statements = 0"];
        var bouncer = await bouncers.StartAsync([$"pool_mode = {mode}", .. settings]);
        var pool = Bouncers.NewPool(bouncer.ConnectionString, static options => options.ResetMode = ResetMode.None);
        return new Lab(bouncer, pool, await pool.OpenConnectionAsync(Stop), await bouncer.OpenAsync());
    }

    /// <summary>A connection of a pool, and another client.</summary>
    private sealed class Lab(PgBouncer bouncer, ConnectionPool pool, PooledConnection connection, NpgsqlConnection other) : IAsyncDisposable
    {
        internal ConnectionPool Pool => pool;

        internal PooledConnection Connection => connection;

        /// <summary>The other client takes the server that was used last, and keeps it.</summary>
        internal Task MoveAsync() => other.ExecuteAsync("BEGIN");

        public async ValueTask DisposeAsync()
        {
            await connection.DisposeAsync();
            await pool.DisposeAsync();
            await other.DisposeAsync();
            await bouncer.DisposeAsync();
        }
    }
}
