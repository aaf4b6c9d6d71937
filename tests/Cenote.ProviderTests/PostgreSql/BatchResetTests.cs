namespace Cenote.ProviderTests.PostgreSql;

/// <summary>The pool's own reset where Npgsql lacks the members to send it with the return.</summary>
public sealed class BatchResetTests
{
    [Theory]
    [InlineData("SET my.tenant = '1'", "SELECT coalesce(current_setting('my.tenant', true), '')", "")]
    [InlineData("SET statement_timeout = '7s'", "SHOW statement_timeout", "0")]
    [InlineData("SET ROLE pg_monitor", "SELECT current_setting('role')", "none")]
    [InlineData("BEGIN ISOLATION LEVEL SERIALIZABLE", "SHOW transaction_isolation", "read committed")]
    [InlineData("CREATE TEMP TABLE left_behind (id int)", "SELECT count(*) FROM pg_class WHERE relname = 'left_behind'", "0")]
    [InlineData("SELECT pg_advisory_lock(1)", "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()", "0")]
    [InlineData("LISTEN news", "SELECT count(*) FROM pg_listening_channels()", "0")]
    [InlineData("PREPARE p AS SELECT 1", "SELECT count(*) FROM pg_prepared_statements", "0")]
    [InlineData("DECLARE c CURSOR WITH HOLD FOR SELECT 1", "SELECT count(*) FROM pg_cursors WHERE is_holdable", "0")]
    public async Task Session_is_cleared(string statement, string query, string cleared)
    {
        await using var pool = NewPool();
        for (var i = 0; i < 2; i++)
        {
            await pool.ExecuteAsync(statement);
            Assert.Equal(cleared, await pool.ScalarAsync<string>(query));
        }

        Assert.Equal(1, pool.GetStatistics().ConnectionsOpened);
    }

    [Fact]
    public async Task Failed_transaction_and_prepared_statements_cost_no_connection()
    {
        await using var pool = NewPool();
        for (var i = 0; i < 2; i++)
        {
            await using (var lease = await pool.RentAsync(Stop))
            {
                await using var command = new NpgsqlCommand("SELECT 1", lease.Unwrap<NpgsqlConnection>());
                await command.PrepareAsync(Stop);
                Assert.Equal(1, await command.ExecuteScalarAsync(Stop));
                await lease.Connection.ExecuteAsync("BEGIN");
                await Assert.ThrowsAsync<PostgresException>(() => lease.Connection.ExecuteAsync("SELECT 1/0"));
            }

            Assert.Equal(0, await pool.ScalarAsync<int>("SELECT count(*) FROM pg_prepared_statements"));
        }

        Assert.Equal(1, pool.GetStatistics().ConnectionsOpened);
    }

    private static ConnectionPool NewPool() => new(
        new PostgreSqlProvider(RealServers.PostgreSql, configure: null, usesInternals: false),
        new ConnectionPoolOptions { MinSize = 0, MaxSize = 1, SessionReset = SessionReset.ByPool });
}
