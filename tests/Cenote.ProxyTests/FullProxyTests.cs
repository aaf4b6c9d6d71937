namespace Cenote.ProxyTests;

/// <summary>A real PgBouncer that has no place for a client, or no server for it.</summary>
public sealed class FullProxyTests(Bouncers bouncers) : IClassFixture<Bouncers>
{
    [Theory, ClassData<EveryValue<SessionReset>>]
    public async Task Full_proxy_is_a_ceiling_and_serves_once_a_place_is_free(SessionReset clearing)
    {
        await using var bouncer = await bouncers.StartAsync("max_client_conn = 4");
        List<NpgsqlConnection> others = [];
        for (var i = 0; i < 4; i++)
        {
            others.Add(await bouncer.OpenAsync());
        }

        await using var pool = Bouncers.NewPool(bouncer.ConnectionString, options =>
        {
            options.SessionReset = clearing;
            (options.MaxOpenRetries, options.OpenRetryBaseDelay) = (4, TimeSpan.FromMilliseconds(1));
        });
        var refused = await Assert.ThrowsAsync<ConnectionOpenException>(() => pool.OpenConnectionAsync(Stop).AsTask());
        Assert.Equal((FailureKind.TooManyConnections, 5), (refused.Failure.Kind, refused.Failure.Attempts));
        Assert.Contains("max_client_conn", refused.Message, StringComparison.Ordinal);
        Assert.True(refused.IsTransient);

        Assert.Equal(CircuitState.Closed, pool.GetCircuitStatus().State);
        Assert.Equal(FindingKind.ServerFull, Assert.Single(pool.Diagnose().Findings).Kind);

        await using (var ours = await ServedAfter(others[0].CloseAsync(), pool))
        {
            // A caller that finds the house full waits for our own connection, and is not refused.
            var second = pool.OpenConnectionAsync(Stop).AsTask();
            await Patience.SoonAsync(() => pool.GetStatistics().LastOpenFailure is { Kind: FailureKind.TooManyConnections }, "refused");
            Assert.False(second.IsCompleted);
            Assert.Equal(CircuitState.Closed, pool.GetCircuitStatus().State);
            await others[1].CloseAsync();
            await using var served = await second.Soon();
            Assert.Equal(2, await served.ScalarAsync<int>("SELECT 2"));
        }

        foreach (var other in others)
        {
            await other.DisposeAsync();
        }
    }

    [Fact]
    public async Task Busy_proxy_ends_one_client_and_nothing_else_is_suspected()
    {
        await using var bouncer = await bouncers.StartAsync("pool_mode = transaction", "default_pool_size = 1", "query_wait_timeout = 1");
        await using var pool = Bouncers.NewPool(bouncer.ConnectionString, options => options.ResetMode = ResetMode.Rollback);
        await pool.WarmUpAsync(2, cancellationToken: Stop);
        await using var other = await bouncer.OpenAsync();
        await using (var holding = await other.BeginTransactionAsync(Stop))
        {
            await other.ExecuteAsync("SELECT 1");
            await using (var connection = await pool.OpenConnectionAsync(Stop))
            {
                var failure = await Assert.ThrowsAnyAsync<Exception>(() => connection.ScalarAsync<int>("SELECT 1")).Soon();
                Assert.Equal(FailureKind.Transient, pool.Provider.ClassifyFailure(failure));
            }

            // A suspected one would have to be validated first, which the proxy answers no sooner.
            Assert.True(pool.TryRent(out var lease));
            await lease.DisposeAsync();
        }

        Assert.Equal(CircuitState.Closed, pool.GetCircuitStatus().State);
        Assert.Equal(1, await pool.ExecuteAsync((connection, _) => connection.ScalarAsync<int>("SELECT 1"), cancellationToken: Stop));
    }

    [Fact]
    public async Task Connection_that_finds_no_server_free_opens_no_circuit()
    {
        await using var bouncer = await bouncers.StartAsync("pool_mode = session", "default_pool_size = 1", "query_wait_timeout = 1");
        await using var other = await bouncer.OpenAsync();
        await using var pool = Bouncers.NewPool(
            bouncer.ConnectionString, static options => (options.MaxOpenRetries, options.OpenRetryBaseDelay) = (2, TimeSpan.FromMilliseconds(1)));
        var refused = await Assert.ThrowsAsync<ConnectionOpenException>(() => pool.OpenConnectionAsync(Stop).AsTask()).Soon();
        Assert.Equal((FailureKind.Transient, 3), (refused.Failure.Kind, refused.Failure.Attempts));
        Assert.Contains("default_pool_size", refused.Message, StringComparison.Ordinal);
        Assert.Equal(CircuitState.Closed, pool.GetCircuitStatus().State);
        await other.CloseAsync();
        Assert.Equal(1, await pool.ScalarAsync<int>("SELECT 1"));
    }

    [Fact]
    public async Task Full_pgpool_is_a_ceiling()
    {
        await using var pgpool = await Pgpool.StartAsync([bouncers.Server], "num_init_children = 2", "reserved_connections = 1");
        await using var other = new NpgsqlConnection(pgpool.ConnectionString("admin") + ";Pooling=false");
        await other.OpenAsync(Stop);
        await using var pool = Bouncers.NewPool(
            pgpool.ConnectionString("admin"), static options => (options.MaxOpenRetries, options.OpenRetryBaseDelay) = (3, TimeSpan.FromMilliseconds(1)));
        var refused = await Assert.ThrowsAsync<ConnectionOpenException>(() => pool.OpenConnectionAsync(Stop).AsTask()).Soon();
        Assert.Equal(FailureKind.TooManyConnections, refused.Failure.Kind);
        Assert.Contains("too many clients", refused.Message, StringComparison.Ordinal);
        Assert.Equal(CircuitState.Closed, pool.GetCircuitStatus().State);
        await using var served = await ServedAfter(other.CloseAsync(), pool);
        Assert.Equal(1, await served.ScalarAsync<int>("SELECT 1"));
    }

    [Fact]
    public async Task Work_that_met_a_busy_proxy_is_run_again()
    {
        await using var bouncer = await bouncers.StartAsync("pool_mode = transaction", "default_pool_size = 1", "query_wait_timeout = 1");
        await using var pool = Bouncers.NewPool(bouncer.ConnectionString, options => options.ResetMode = ResetMode.Rollback);
        await pool.WarmUpAsync(1, cancellationToken: Stop);
        await using var other = await bouncer.OpenAsync();
        await using var holding = await other.BeginTransactionAsync(Stop);
        await other.ExecuteAsync("SELECT 1");
        var tries = 0;
        var result = await pool.ExecuteAsync(
            async (connection, _) =>
            {
                try
                {
                    tries++;
                    return await connection.ScalarAsync<int>("SELECT 1");
                }
                catch (PostgresException) when (tries == 1)
                {
                    await holding.RollbackAsync(Stop);
                    throw;
                }
            },
            new RetryOptions { IsIdempotent = true },
            Stop).Soon();
        Assert.Equal((1, 2), (result, tries));
    }

    [Fact]
    public async Task A_proxy_without_its_server_is_not_a_lost_proxy()
    {
        await using var server = await PostgreSqlServer.StartNewAsync();
        await using var bouncer = await PgBouncer.StartAsync(server, "server_login_retry = 1");

        // A client that comes before PgBouncer has ever reached the server waits in its login; afterwards every client
        // is let in, and refused at its first statement.
        await (await bouncer.OpenAsync()).DisposeAsync();
        await server.StopAsync();
        await using var pool = Bouncers.NewPool(bouncer.ConnectionString, options => (options.MaxOpenRetries, options.ConnectTimeout) = (0, TimeSpan.FromSeconds(1)));

        ConnectionOpenException? refused = null;
        await Patience.SoonAsync(() => (refused = TryAsync(pool).GetAwaiter().GetResult() as ConnectionOpenException) is { Failure.Exception: PostgresException }, "refused");
        Assert.Equal(FailureKind.Transient, refused!.Failure.Kind);
        Assert.Contains("cannot log in to the server", refused.Message, StringComparison.Ordinal);
        Assert.Equal(CircuitState.Closed, pool.GetCircuitStatus().State);
        Assert.Contains("pooler's log", Assert.Single(pool.Diagnose().Findings).Recommendation, StringComparison.Ordinal);
        await server.StartAsync();
        await Patience.SoonAsync(() => TryAsync(pool).GetAwaiter().GetResult() is null, "served");
    }

    [Fact]
    public async Task Refused_startup_parameter_names_what_sent_it()
    {
        await using var bouncer = await bouncers.StartAsync();
        foreach (var (setting, name) in new[] { ("Options=-c geqo=off", "Options in the connection string"), ("Search Path=public", "Search Path in the connection string") })
        {
            await using var pool = Bouncers.NewPool($"{bouncer.ConnectionString};{setting}");
            for (var i = 0; i < 4; i++)
            {
                var refused = await Assert.ThrowsAsync<ConnectionOpenException>(() => pool.OpenConnectionAsync(Stop).AsTask()).Soon();
                Assert.Equal((FailureKind.InvalidConfiguration, 1), (refused.Failure.Kind, refused.Failure.Attempts));
                Assert.False(refused.IsTransient);
                Assert.Contains(name, refused.Message, StringComparison.Ordinal);
            }

            var finding = Assert.Single(pool.Diagnose().Findings);
            Assert.Equal(FindingKind.SettingsRefused, finding.Kind);
            Assert.Contains(name, finding.Recommendation, StringComparison.Ordinal);
            Assert.Equal(CircuitState.Closed, pool.GetCircuitStatus().State);
        }
    }

    [Fact]
    public async Task Database_that_the_proxy_does_not_know_is_a_configuration_error()
    {
        await using var bouncer = await bouncers.StartAsync();
        await FailsAsync(bouncer.ConnectionString.Replace("Database=postgres", "Database=nowhere", StringComparison.Ordinal), FailureKind.InvalidConfiguration);
        await FailsAsync(bouncer.ConnectionString.Replace("Username=worker", "Username=stranger", StringComparison.Ordinal), FailureKind.InvalidCredentials);
        await FailsAsync(bouncer.ConnectionString.Replace("SSL Mode=Disable", "SSL Mode=Require", StringComparison.Ordinal), FailureKind.Other);

        static async Task FailsAsync(string connectionString, FailureKind kind)
        {
            await using var pool = Bouncers.NewPool(connectionString, options => options.MaxOpenRetries = 0);
            var refused = await Assert.ThrowsAsync<ConnectionOpenException>(() => pool.OpenConnectionAsync(Stop).AsTask()).Soon();
            Assert.Equal(kind, refused.Failure.Kind);
        }
    }

    private static async Task<Exception?> TryAsync(ConnectionPool pool)
    {
        try
        {
            await pool.ScalarAsync<int>("SELECT 1");
            return null;
        }
        catch (DbException exception)
        {
            return exception;
        }
    }

    private static async Task<PooledConnection> ServedAfter(Task freed, ConnectionPool pool)
    {
        await freed;
        while (true)
        {
            try
            {
                return await pool.OpenConnectionAsync(Stop);
            }
            catch (ConnectionOpenException exception) when (exception.Failure.Kind == FailureKind.TooManyConnections)
            {
                // PgBouncer takes a moment to notice that a client has gone.
            }
        }
    }
}
