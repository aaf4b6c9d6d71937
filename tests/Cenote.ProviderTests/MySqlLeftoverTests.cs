namespace Cenote.ProviderTests;

/// <summary>What MariaDB clears in a full reset, as docs/providers/mysql.md says.</summary>
public sealed class MySqlLeftoverTests
{
    [Theory]
    [InlineData("SET TIMESTAMP = 86400", "SELECT UNIX_TIMESTAMP() = 86400")]
    [InlineData("SELECT LAST_INSERT_ID(7)", "SELECT LAST_INSERT_ID() = 7")]
    [InlineData("SET INSERT_ID = 7", "SELECT @@insert_id = 7")]
    [InlineData("SET SESSION gtid_domain_id = 7", "SELECT @@gtid_domain_id = 7")]
    [InlineData("SET SESSION sql_log_bin = 0", "SELECT @@sql_log_bin = 0")]
    [InlineData("SET SESSION default_storage_engine = MEMORY", "SELECT @@default_storage_engine = 'MEMORY'")]
    [InlineData("SELECT 1/0", "SELECT @@warning_count > 0")]
    public async Task Session_state_is_gone_after_a_full_reset(string leave, string isThere)
    {
        await using var pool = new ConnectionPoolBuilder().UseMySql(RealServers.MySql)
            .Configure(static options => (options.MinSize, options.MaxSize) = (0, 1)).Build();
        await using (var lease = await pool.RentAsync(TestContext.Current.CancellationToken))
        {
            await lease.Connection.ExecuteAsync(leave);
            Assert.True(await lease.Connection.ScalarAsync<bool>(isThere), "The session never had it.");
            await lease.Connection.ExecuteAsync(leave);
        }

        Assert.False(await pool.ScalarAsync<bool>(isThere));
        Assert.Equal(1, pool.GetStatistics().ConnectionsOpened);
    }

    [Fact]
    public async Task Last_value_of_a_sequence_is_forgotten()
    {
        await using var pool = new ConnectionPoolBuilder().UseMySql(RealServers.MySql)
            .Configure(static options => (options.MinSize, options.MaxSize) = (0, 1)).Build();
        var sequence = Statements.UniqueName("s");
        await pool.ExecuteAsync($"CREATE SEQUENCE {sequence}");
        await pool.ExecuteAsync($"SELECT NEXTVAL({sequence})");
        Assert.True(await pool.ScalarAsync<bool>($"SELECT LASTVAL({sequence}) IS NULL"));
        await pool.ExecuteAsync($"DROP SEQUENCE {sequence}");
    }
}
