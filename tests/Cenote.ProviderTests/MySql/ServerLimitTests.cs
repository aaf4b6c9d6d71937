using MySqlConnector;

namespace Cenote.ProviderTests.MySql;

/// <summary>A pool within the limits of a real MariaDB.</summary>
public sealed class ServerLimitTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>
    /// Other clients take what the account has left. The sessions of the pool stop counting when they are reset, so
    /// that they could not fill the limit by themselves.
    /// </summary>
    [Fact]
    public async Task Callers_share_what_max_user_connections_leaves_to_the_pool()
    {
        var account = await NewAccountAsync(limit: 2);
        await using var pool = NewPool(account);
        var first = await pool.RentAsync(Stop);
        var session = ((MySqlConnection)first.Connection).ServerThread;
        await using var others = await OtherClients.FillAsync(account);

        // A caller that meets the limit waits for a connection of the pool, and is not refused.
        var second = pool.RentAsync(Stop).AsTask();
        await RefusedAsync(pool);
        Assert.False(second.IsCompleted);
        Assert.Equal(CircuitState.Closed, pool.GetCircuitStatus().State);
        var finding = pool.Diagnose().Findings.Single(static finding => finding.Kind == FindingKind.ServerFull);
        Assert.Equal(DiagnosisLevel.Degraded, finding.Level);
        Assert.Contains("MAX_USER_CONNECTIONS", finding.Recommendation, StringComparison.Ordinal);

        await first.DisposeAsync();
        await using (var served = await second.Soon())
        {
            Assert.Equal(session, ((MySqlConnection)served.Connection).ServerThread);

            // One that gives up learns why no connection was opened for it.
            var timeout = await Assert.ThrowsAsync<PoolTimeoutException>(() => pool.RentAsync(TimeSpan.FromMilliseconds(50), Stop).AsTask());
            Assert.Equal(FailureKind.TooManyConnections, timeout.LastOpenFailure?.Kind);
            Assert.Contains("max_user_connections", timeout.Message, StringComparison.Ordinal);

            // The pool tries again by itself, and grows when another client has left.
            var third = pool.RentAsync(Stop).AsTask();
            await others.LeaveAsync();
            await using var grown = await third.Soon();
            Assert.NotEqual(session, ((MySqlConnection)grown.Connection).ServerThread);
            Assert.Null(pool.GetStatistics().LastOpenFailure);
        }
    }

    [Fact]
    public async Task Without_a_connection_of_its_own_the_pool_reports_the_limit_of_the_account()
    {
        var account = await NewAccountAsync(limit: 1);
        await using var others = await OtherClients.FillAsync(account);
        await using var pool = NewPool(account);

        var refused = await Assert.ThrowsAsync<ConnectionOpenException>(() => pool.RentAsync(Stop).AsTask());

        Assert.Equal((FailureKind.TooManyConnections, 3), (refused.Failure.Kind, refused.Failure.Attempts));
        Assert.True(refused.IsTransient);
        Assert.Equal(1226, Assert.IsType<MySqlException>(refused.InnerException).Number);
        Assert.Contains("'max_user_connections'", refused.Message, StringComparison.Ordinal);
        Assert.Contains("ALTER USER", refused.Message, StringComparison.Ordinal);
        Assert.Equal(CircuitState.Closed, pool.GetCircuitStatus().State);

        await others.LeaveAsync();
        await using var served = await pool.RentAsync(Stop);
        Assert.Equal(1, await served.Connection.ScalarAsync<int>("SELECT 1"));
    }

    [Theory]
    [InlineData("idle_transaction_timeout")]
    [InlineData("wait_timeout")]
    public async Task Work_whose_session_a_limit_of_the_server_ended_is_run_again(string limit)
    {
        await using var pool = new ConnectionPoolBuilder().UseMySql(RealServers.MySql).Build();
        await using var administrator = await OpenAsync(RealServers.MySql);
        var orders = Statements.UniqueName("orders");
        await administrator.ExecuteAsync($"CREATE TABLE {orders} (attempt int) ENGINE=InnoDB");
        var attempts = 0;
        Exception? lost = null;
        await pool.ExecuteAsync(
            async (connection, token) =>
            {
                await using var transaction = await connection.BeginTransactionAsync(token);
                await connection.ExecuteAsync($"INSERT INTO {orders} VALUES ({++attempts})");
                if (attempts == 1)
                {
                    var session = await connection.ScalarAsync<int>("SELECT CONNECTION_ID()");
                    await connection.ExecuteAsync($"SET SESSION {limit} = 1");
                    await Patience.SoonAsync(async () => await administrator.ScalarAsync<int>($"SELECT count(*) FROM information_schema.PROCESSLIST WHERE ID = {session}") == 0, "ended by the server");
                    lost = await Record.ExceptionAsync(() => connection.ExecuteAsync($"INSERT INTO {orders} VALUES ({attempts})"));
                    throw lost!;
                }

                await connection.ExecuteAsync($"INSERT INTO {orders} VALUES ({attempts})");
                await transaction.CommitAsync(token);
            },
            new RetryOptions { BaseDelay = TimeSpan.Zero },
            Stop).Soon();
        Assert.Equal(FailureKind.ConnectionLost, pool.Provider.ClassifyFailure(lost!));
        Assert.Equal("2,2", await administrator.ScalarAsync<string>($"SELECT group_concat(attempt) FROM {orders}"));
        Assert.Equal(2, attempts);
    }

    private static ConnectionPool NewPool(string account) => new ConnectionPoolBuilder().UseMySql(account).Configure(static options =>
    {
        (options.MinSize, options.MaxSize) = (0, 3);
        (options.MaxOpenRetries, options.OpenRetryBaseDelay) = (2, TimeSpan.FromMilliseconds(1));
    }).Build();

    private static Task RefusedAsync(ConnectionPool pool) =>
        Patience.SoonAsync(() => pool.GetStatistics().LastOpenFailure is { Kind: FailureKind.TooManyConnections }, "refused");

    /// <summary>Creates an account that may have so many sessions, and returns its connection string.</summary>
    private static async Task<string> NewAccountAsync(int limit)
    {
        var user = Statements.UniqueName("u");
        await using var administrator = await OpenAsync(RealServers.MySql + ";Allow User Variables=true");
        await administrator.ExecuteAsync($"CREATE USER {user}@'%' IDENTIFIED BY 'right' WITH MAX_USER_CONNECTIONS {limit}");
        return new MySqlConnectionStringBuilder(RealServers.MySql) { UserID = user, Password = "right", Database = "" }.ConnectionString;
    }

    private static async Task<MySqlConnection> OpenAsync(string connectionString)
    {
        var connection = new MySqlConnection(connectionString + ";Pooling=false");
        try
        {
            await connection.OpenAsync(Stop);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Clients of the same account outside the pool.</summary>
    private sealed class OtherClients : IAsyncDisposable
    {
        private readonly List<MySqlConnection> _sessions = [];

        /// <summary>Opens sessions until the server refuses one.</summary>
        internal static async Task<OtherClients> FillAsync(string account)
        {
            var clients = new OtherClients();
            try
            {
                while (true)
                {
                    clients._sessions.Add(await OpenAsync(account));
                }
            }
            catch (MySqlException exception) when (exception.Number == 1226)
            {
                return clients;
            }
        }

        internal async Task LeaveAsync()
        {
            foreach (var session in _sessions)
            {
                await session.CloseAsync();
            }
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var session in _sessions)
            {
                await session.DisposeAsync();
            }
        }
    }
}
