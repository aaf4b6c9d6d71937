using MySqlConnector;

namespace Cenote.ProviderTests.MySql;

/// <summary>A pool within the limits of a real MariaDB.</summary>
public sealed class ServerLimitTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Work_whose_transaction_idle_transaction_timeout_ended_is_run_again()
    {
        await using var pool = new ConnectionPoolBuilder().UseMySql(RealServers.MySql).Build();
        await using var administrator = new MySqlConnection(RealServers.MySql);
        await administrator.OpenAsync(Stop);
        var orders = Statements.UniqueName("orders");
        await administrator.ExecuteAsync($"CREATE TABLE {orders} (attempt int) ENGINE=InnoDB");
        var attempts = 0;
        await pool.ExecuteAsync(
            async (connection, token) =>
            {
                await using var transaction = await connection.BeginTransactionAsync(token);
                if (attempts == 0)
                {
                    await connection.ExecuteAsync("SET SESSION idle_transaction_timeout = 1");
                }

                await connection.ExecuteAsync($"INSERT INTO {orders} VALUES ({++attempts})");
                if (attempts == 1)
                {
                    var session = await connection.ScalarAsync<int>("SELECT CONNECTION_ID()");
                    await Patience.SoonAsync(async () => await administrator.ScalarAsync<int>($"SELECT count(*) FROM information_schema.PROCESSLIST WHERE ID = {session}") == 0, "ended by the server");
                }

                await connection.ExecuteAsync($"INSERT INTO {orders} VALUES ({attempts})");
                await transaction.CommitAsync(token);
            },
            new RetryOptions { BaseDelay = TimeSpan.Zero },
            Stop).Soon();
        Assert.Equal("2,2", await administrator.ScalarAsync<string>($"SELECT group_concat(attempt) FROM {orders}"));
        Assert.Equal(2, attempts);
    }
}
