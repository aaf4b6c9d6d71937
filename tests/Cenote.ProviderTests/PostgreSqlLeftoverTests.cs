namespace Cenote.ProviderTests;

/// <summary>What PostgreSQL keeps beyond DISCARD ALL, as docs/providers/postgresql.md says.</summary>
public sealed class PostgreSqlLeftoverTests
{
    [Theory, ClassData<EveryValue<SessionReset>>]
    public async Task Setting_of_the_application_becomes_an_empty_string(SessionReset clearing)
    {
        await using var pool = NewPool(clearing);
        Assert.True(await pool.ScalarAsync<bool>("SELECT current_setting('my.tenant', true) IS NULL"));
        await pool.ExecuteAsync("SET my.tenant = 'a'");
        Assert.Equal("", await pool.ScalarAsync<string>("SELECT current_setting('my.tenant', true)"));
        Assert.Equal(1, pool.GetStatistics().ConnectionsOpened);
    }

    [Theory]
    [InlineData(SessionReset.ByDriver, true, false)]
    [InlineData(SessionReset.ByPool, false, false)]
    [InlineData(SessionReset.ByPool, false, true)]
    public async Task Replication_origin_is_cleared_by_the_pool(SessionReset clearing, bool isKept, bool isBlocking)
    {
        await using var pool = NewPool(clearing);
        var origin = Statements.UniqueName("origin");
        await pool.ExecuteAsync($"SELECT pg_replication_origin_create('{origin}')");
        try
        {
            // A role that may not even ask for the origin, left behind, must not cost the session.
            string[] statements = [$"SELECT pg_replication_origin_session_setup('{origin}')", "SET ROLE pg_monitor"];
            if (isBlocking)
            {
                using var lease = pool.Rent();
                foreach (var statement in statements)
                {
                    using var command = lease.Connection.CreateCommand();
                    command.CommandText = statement;
                    command.ExecuteNonQuery();
                }
            }
            else
            {
                await pool.ExecuteAsync(statements);
            }

            Assert.Equal(isKept, await pool.ScalarAsync<bool>("SELECT pg_replication_origin_session_is_setup()"));
            Assert.Equal(1, pool.GetStatistics().ConnectionsOpened);
            if (isKept)
            {
                await pool.ExecuteAsync("SELECT pg_replication_origin_session_reset()");
            }
        }
        finally
        {
            await pool.ExecuteAsync($"SELECT pg_replication_origin_drop('{origin}')");
        }
    }

    [Theory, ClassData<EveryValue<SessionReset>>]
    public async Task User_who_may_set_no_origin_is_not_asked_for_one(SessionReset clearing)
    {
        var ordinary = RealServers.PostgreSqlOrdinary;
        await using var pool = NewPool(clearing, ordinary);
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(1, await pool.ScalarAsync<int>("SELECT 1"));
        }

        Assert.Equal(1, pool.GetStatistics().ConnectionsOpened);
    }

    [Theory, ClassData<EveryValue<SessionReset>>]
    public async Task Seed_libraries_and_dblink_stay_until_the_connection_retires(SessionReset clearing)
    {
        await using var pool = NewPool(clearing);
        await pool.ExecuteAsync("CREATE EXTENSION IF NOT EXISTS dblink");
        var self = new NpgsqlConnectionStringBuilder(RealServers.PostgreSql);
        var target = $"host={self.Host} port={self.Port} dbname={self.Database} user={self.Username} password={self.Password}";
        await pool.ExecuteAsync("SELECT setseed(0.25)", "LOAD 'auto_explain'", $"SELECT dblink_connect('left', '{target}')");
        var seeded = await pool.ScalarAsync<double>("SELECT random()");
        await pool.ExecuteAsync("SELECT setseed(0.25)");
        Assert.Equal(seeded, await pool.ScalarAsync<double>("SELECT random()"));
        Assert.True(await pool.ScalarAsync<bool>("SELECT EXISTS (SELECT FROM pg_settings WHERE name = 'auto_explain.log_analyze')"));
        Assert.True(await pool.ScalarAsync<bool>("SELECT 'left' = ANY (dblink_get_connections())"));

        await using (var lease = await pool.RentAsync(TestContext.Current.CancellationToken))
        {
            await lease.Connection.ExecuteAsync("SELECT setseed(0.25)");
            lease.RetireOnReturn();
        }

        Assert.NotEqual(seeded, await pool.ScalarAsync<double>("SELECT random()"));
        Assert.False(await pool.ScalarAsync<bool>("SELECT EXISTS (SELECT FROM pg_settings WHERE name = 'auto_explain.log_analyze')"));
        Assert.True(await pool.ScalarAsync<bool>("SELECT dblink_get_connections() IS NULL"));
    }

    [Theory, ClassData<EveryValue<SessionReset>>]
    public async Task Sequences_are_forgotten(SessionReset clearing)
    {
        await using var pool = NewPool(clearing);
        await pool.ExecuteAsync("CREATE TEMPORARY SEQUENCE numbers", "SELECT nextval('numbers')");
        var failure = await Assert.ThrowsAsync<PostgresException>(() => pool.ScalarAsync<long>("SELECT lastval()"));
        Assert.Equal("55000", failure.SqlState);
    }

    private static ConnectionPool NewPool(SessionReset clearing, string? connectionString = null) => new ConnectionPoolBuilder()
        .UsePostgreSql(connectionString ?? RealServers.PostgreSql)
        .Configure(options => (options.SessionReset, options.MinSize, options.MaxSize) = (clearing, 0, 1)).Build();
}
