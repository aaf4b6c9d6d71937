using Microsoft.Extensions.Logging.Testing;

namespace Cenote.ProxyTests;

/// <summary>The pool's limit for statements, behind a PgBouncer that refuses start-up options or drops them.</summary>
public sealed class QueryTimeoutTests(Bouncers bouncers) : IClassFixture<Bouncers>
{
    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(500);

    [Theory]
    [InlineData(false, SessionReset.ByDriver, ResetMode.Full)]
    [InlineData(false, SessionReset.ByPool, ResetMode.Full)]
    [InlineData(false, SessionReset.ByPool, ResetMode.Rollback)]
    [InlineData(true, SessionReset.ByDriver, ResetMode.Full)]
    [InlineData(true, SessionReset.ByPool, ResetMode.Full)]
    [InlineData(true, SessionReset.ByPool, ResetMode.None)]
    public async Task Limit_that_the_proxy_does_not_pass_on_is_warned_of_once_and_kept_by_the_pool(bool isDropped, SessionReset clearing, ResetMode mode)
    {
        await using var bouncer = await bouncers.StartAsync(isDropped ? ["ignore_startup_parameters = options"] : []);
        var log = new FakeLogger();
        await using var pool = Bouncers.NewPool(
            bouncer.ConnectionString,
            options => (options.QueryTimeout, options.SessionReset, options.ResetMode) = (Limit, clearing, mode),
            new SingleLoggerFactory(log));
        await pool.WarmUpAsync(3, cancellationToken: Stop);

        var warning = Assert.Single(pool.GetEvents(), static happened => happened.Kind == PoolEventKind.ConnectionWarning);
        Assert.Equal(PoolEventLevel.Warning, warning.Level);
        Assert.Contains("QueryTimeoutNotKept", warning.Message, StringComparison.Ordinal);
        Assert.Contains("RentAsync", warning.Message, StringComparison.Ordinal);
        Assert.Single(log.Collector.GetSnapshot(), static record => record.Id.Id == 24);
        Assert.Equal(0, pool.GetStatistics().OpenFailures);

        await using (var connection = await pool.OpenConnectionAsync(Stop))
        {
            await Assert.ThrowsAsync<QueryTimeoutException>(() => connection.ScalarAsync<string>("SELECT pg_sleep(30)")).Soon();
        }

        // A connection of its own is opened in the same way.
        await using var dedicated = await pool.OpenDedicatedConnectionAsync(Stop);
        Assert.Equal("0", await dedicated.Connection.ScalarAsync<string>("SELECT current_setting('statement_timeout')"));
    }

    [Fact]
    public async Task Limit_of_the_role_is_in_force_behind_any_proxy_and_nothing_is_warned_of()
    {
        await using var server = await PostgreSqlServer.StartNewAsync();
        await server.ExecuteAsync("ALTER ROLE worker SET statement_timeout = '500ms'");
        await using var bouncer = await PgBouncer.StartAsync(server, "pool_mode = transaction");
        await using var pool = Bouncers.NewPool(bouncer.ConnectionString, static options => options.QueryTimeout = Limit);
        await using var lease = await pool.RentAsync(Stop);
        var failure = await Assert.ThrowsAsync<PostgresException>(() => lease.Connection.ScalarAsync<string>("SELECT pg_sleep(30)")).Soon();
        Assert.Equal(PostgresErrorCodes.QueryCanceled, failure.SqlState);
        Assert.DoesNotContain(pool.GetEvents(), static happened => happened.Kind == PoolEventKind.ConnectionWarning);
    }

    [Theory]
    [InlineData("transaction")]
    [InlineData("statement")]
    public async Task Statement_is_ended_in_every_mode(string mode)
    {
        await using var bouncer = await bouncers.StartAsync($"pool_mode = {mode}");
        await using var pool = Bouncers.NewPool(bouncer.ConnectionString, static options => (options.QueryTimeout, options.ResetMode) = (Limit, ResetMode.None));
        await using var connection = await pool.OpenConnectionAsync(Stop);
        await Assert.ThrowsAsync<QueryTimeoutException>(() => connection.ScalarAsync<string>("SELECT pg_sleep(30)")).Soon();
        connection.QueryTimeout = Timeout.InfiniteTimeSpan;
        Assert.Equal(2, await connection.ScalarAsync<int>("SELECT 2"));
    }

    [Theory, ClassData<EveryValue<SessionReset>>]
    public async Task Server_itself_keeps_the_limit_and_nothing_is_warned_of(SessionReset clearing)
    {
        await using var pool = Bouncers.NewPool(
            bouncers.Server.ConnectionString(bouncers.Server.Port), options => (options.QueryTimeout, options.SessionReset) = (Limit, clearing));
        for (var i = 0; i < 3; i++)
        {
            await using var lease = await pool.RentAsync(Stop);
            await Assert.ThrowsAsync<PostgresException>(() => lease.Connection.ScalarAsync<string>("SELECT pg_sleep(30)")).Soon();
        }

        Assert.DoesNotContain(pool.GetEvents(), static happened => happened.Kind == PoolEventKind.ConnectionWarning);
    }

    [Fact]
    public async Task Refused_options_of_the_connection_string_are_named_and_never_left_out()
    {
        await using var bouncer = await bouncers.StartAsync();
        await using var pool = Bouncers.NewPool(bouncer.ConnectionString + ";Options=-c geqo=off", static options => options.QueryTimeout = Limit);
        var refused = await Assert.ThrowsAsync<ConnectionOpenException>(() => pool.OpenConnectionAsync(Stop).AsTask()).Soon();
        Assert.Equal(FailureKind.InvalidConfiguration, refused.Failure.Kind);
        Assert.Contains("Options in the connection string", refused.Message, StringComparison.Ordinal);
    }
}
