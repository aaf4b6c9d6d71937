using Microsoft.Data.SqlClient;

namespace Cenote.ProviderTests.SqlServer;

/// <summary>What a lease did to its session, and what the next one sees of it.</summary>
public sealed class SqlServerResetTests : SqlServerSuite
{
    [Theory]
    [InlineData(SessionReset.ByPool, ResetMode.Full)]
    [InlineData(SessionReset.ByPool, ResetMode.Rollback)]
    [InlineData(SessionReset.ByDriver, ResetMode.Full)]
    public async Task The_next_lease_sees_nothing_of_the_last_one_s_session(SessionReset clearing, ResetMode mode)
    {
        await using var pool = NewPool(configure: options => (options.SessionReset, options.ResetMode) = (clearing, mode));
        var session = await pool.ScalarAsync<int>("SELECT @@SPID");
        await pool.ExecuteAsync("SET VARIABLE", "USE other", "BEGIN TRANSACTION");

        Assert.Equal(0, await pool.ScalarAsync<int>("SELECT VARIABLE"));
        Assert.Equal(0, await pool.ScalarAsync<int>("SELECT @@TRANCOUNT"));
        Assert.Equal(session, await pool.ScalarAsync<int>("SELECT @@SPID"));
        await using (var lease = await pool.RentAsync(TestContext.Current.CancellationToken))
        {
            Assert.Equal("shop", lease.Connection.Database);
        }

        Assert.Equal(1, pool.GetStatistics().ConnectionsOpened);
        Assert.Single(Server.Logins);
    }

    [Theory, ClassData<EveryValue<SessionReset>>]
    public async Task A_transaction_object_left_open_is_rolled_back_and_the_next_lease_begins_its_own(SessionReset clearing)
    {
        await using var pool = NewPool(configure: options => options.SessionReset = clearing);
        await using (var lease = await pool.RentAsync(TestContext.Current.CancellationToken))
        {
            await lease.Connection.BeginTransactionAsync(System.Data.IsolationLevel.Serializable, TestContext.Current.CancellationToken);
            Assert.True(Assert.Single(Server.Sessions).IsInTransaction);
        }

        await using (var lease = await pool.RentAsync(TestContext.Current.CancellationToken))
        {
            Assert.False(Assert.Single(Server.Sessions).IsInTransaction);
            await using var transaction = await lease.Connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
            await transaction.CommitAsync(TestContext.Current.CancellationToken);
        }

        Assert.Equal(1, pool.GetStatistics().ConnectionsOpened);
    }

    [Theory, ClassData<EveryValue<SessionReset>>]
    public async Task A_reader_left_open_does_not_reach_the_next_lease(SessionReset clearing)
    {
        await using var pool = NewPool(configure: options => options.SessionReset = clearing);
        await using (var lease = await pool.RentAsync(TestContext.Current.CancellationToken))
        {
            var command = lease.Connection.CreateCommand();
            command.CommandText = "SELECT 1 UNION ALL SELECT 2";
            var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
            Assert.True(await reader.ReadAsync(TestContext.Current.CancellationToken));
        }

        Assert.Equal(1, await pool.ScalarAsync<int>("SELECT 1"));
        Assert.Equal(1, pool.GetStatistics().ConnectionsOpened);
    }

    // The server's reset leaves it (dotnet/SqlClient#96), as SqlClient's own pool does.
    [Theory]
    [InlineData(SessionReset.ByPool, 2)]
    [InlineData(SessionReset.ByDriver, 4)]
    public async Task The_isolation_level_goes_back_unless_the_reset_is_left_to_the_driver(SessionReset clearing, int expected)
    {
        await using var pool = NewPool(configure: options => options.SessionReset = clearing);
        await pool.ExecuteAsync("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE");
        Assert.Equal(expected, await pool.ScalarAsync<int>("SELECT ISOLATION"));
    }

    [Fact]
    public async Task The_own_reset_comes_at_once_and_in_one_round_trip()
    {
        await using var pool = NewPool();
        await pool.ExecuteAsync("SET VARIABLE");
        await UntilAsync(() => pool.GetStatistics().Counts.Idle == 1);

        var session = Assert.Single(Server.Sessions);
        Assert.Equal(1, session.Resets);
        Assert.Equal(["SET VARIABLE", "SET TRANSACTION ISOLATION LEVEL READ COMMITTED"], session.Statements.ToArray(), StringComparer.Ordinal);
    }

    [Fact]
    public async Task The_driver_s_reset_travels_with_the_next_lease_s_first_request()
    {
        await using var pool = NewPool(configure: options => options.SessionReset = SessionReset.ByDriver);
        await pool.ExecuteAsync("SET VARIABLE");
        await UntilAsync(() => pool.GetStatistics().Counts.Idle == 1);
        var session = Assert.Single(Server.Sessions);
        Assert.Equal(0, session.Resets);

        await pool.ExecuteAsync("SELECT 1", "SELECT 1");
        Assert.Equal(1, session.Resets);
        Assert.Equal(["SET VARIABLE", "SELECT 1", "SELECT 1"], session.Statements.ToArray(), StringComparer.Ordinal);
    }

    [Fact]
    public async Task Without_a_reset_nothing_is_sent()
    {
        await using var pool = NewPool(configure: options => options.ResetMode = ResetMode.None);
        await pool.ExecuteAsync("SET VARIABLE");
        Assert.Equal(7, await pool.ScalarAsync<int>("SELECT VARIABLE"));
        Assert.Equal(["SET VARIABLE", "SELECT VARIABLE"], Assert.Single(Server.Sessions).Statements.ToArray(), StringComparer.Ordinal);
    }

    [Fact]
    public async Task Blocking_callers_get_a_cleared_session_too()
    {
        await using var pool = NewPool();
        for (var i = 0; i < 3; i++)
        {
            using var lease = pool.Rent(TestContext.Current.CancellationToken);
            Assert.Equal(0, Scalar(lease.Connection, "SELECT VARIABLE"));
            Scalar(lease.Connection, "SET VARIABLE");
        }

        Assert.Equal(1, pool.GetStatistics().ConnectionsOpened);
        static int Scalar(DbConnection connection, string sql)
        {
            using var command = connection.CreateCommand();
            command.CommandText = sql;
            return command.ExecuteScalar() as int? ?? 0;
        }
    }

    [Fact]
    public async Task A_server_that_knows_no_isolation_levels_is_reset_all_the_same()
    {
        Server.IsolationRefusal = 104318;
        await using var pool = NewPool();
        for (var i = 0; i < 3; i++)
        {
            await pool.ExecuteAsync("SET VARIABLE");
            Assert.Equal(0, await pool.ScalarAsync<int>("SELECT VARIABLE"));
        }

        Assert.Equal(1, pool.GetStatistics().ConnectionsOpened);
        Assert.Single(Assert.Single(Server.Sessions).Statements, statement => statement.StartsWith("SET TRANSACTION", StringComparison.Ordinal));
    }

    // Only what the server does not know counts: a server that is busy at the first reset is told again.
    [Fact]
    public async Task A_first_reset_refused_by_a_busy_server_costs_only_the_session()
    {
        Server.IsolationRefusal = 40501;
        await using var pool = NewPool();
        await pool.ExecuteAsync("SELECT 1");
        await UntilAsync(() => pool.GetStatistics().Counts.Resetting == 0 && Server.Refusals > 0);
        Server.IsolationRefusal = null;

        await pool.ExecuteAsync("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE");
        Assert.Equal(2, await pool.ScalarAsync<int>("SELECT ISOLATION"));
    }

    // They belong to the driver's object, which outlives the lease; with the first, errors are messages and the next
    // holder's statements fail unseen.
    [Theory, ClassData<EveryValue<SessionReset>>]
    public async Task Switches_of_the_driver_s_connection_go_back_to_what_the_callback_made_of_them(SessionReset clearing)
    {
        var options = new ConnectionPoolOptions { MinSize = 0, MaxSize = 1, MaxOpenRetries = 0, SessionReset = clearing };
        await using var pool = new ConnectionPool(new SqlServerProvider(Server.ConnectionString, connection => connection.StatisticsEnabled = true), options);
        var others = SqlConfigurableRetryFactory.CreateNoneRetryProvider();
        for (var i = 0; i < 2; i++)
        {
            await using var lease = await pool.RentAsync(TestContext.Current.CancellationToken);
            var connection = (SqlConnection)lease.Connection;
            Assert.True(connection.StatisticsEnabled);
            Assert.NotSame(others, connection.RetryLogicProvider);
            await Assert.ThrowsAsync<SqlException>(() => connection.ExecuteAsync("FAIL 2627 14"));
            connection.FireInfoMessageEventOnUserErrors = true;
            connection.StatisticsEnabled = false;
            connection.RetryLogicProvider = others;
        }

        Assert.Equal(1, pool.GetStatistics().ConnectionsOpened);
    }

    [Theory, ClassData<EveryValue<SessionReset>>]
    public async Task Messages_of_the_server_reach_only_the_holder_who_listens(SessionReset clearing)
    {
        var options = new ConnectionPoolOptions { MinSize = 0, MaxSize = 1, MaxOpenRetries = 0, SessionReset = clearing };
        await using var pool = new ConnectionPool(new SqlServerProvider(Server.ConnectionString), options);
        var heard = 0;
        for (var i = 0; i < 3; i++)
        {
            await using var lease = await pool.RentAsync(TestContext.Current.CancellationToken);
            var connection = (SqlConnection)lease.Connection;
            if (i == 0)
            {
                connection.InfoMessage += (_, _) => heard++;
            }

            connection.FireInfoMessageEventOnUserErrors = true;
            await Record.ExceptionAsync(() => connection.ExecuteAsync("FAIL 2627 14"));
            Assert.Equal(1, heard);
        }

        Assert.Equal(1, pool.GetStatistics().ConnectionsOpened);
    }

    // An application role, EXECUTE AS: the server ends a session that is to be reset under another identity.
    [Fact]
    public async Task A_session_left_under_another_identity_is_closed_without_an_error()
    {
        await using var pool = NewPool();
        var session = await pool.ScalarAsync<int>("SELECT @@SPID");
        await pool.ExecuteAsync("EXECUTE AS");
        Assert.NotEqual(session, await pool.ScalarAsync<int>("SELECT @@SPID"));
        Assert.Equal(1, pool.GetStatistics().ConnectionsClosedByReason[CloseReason.ResetFailed]);
    }

    [Fact]
    public async Task An_ambient_transaction_is_not_joined()
    {
        await using var pool = NewPool(configure: options => options.AmbientTransactionBehavior = AmbientTransactionBehavior.Ignore);
        using (new System.Transactions.TransactionScope(System.Transactions.TransactionScopeAsyncFlowOption.Enabled))
        {
            await using var lease = await pool.RentAsync(TestContext.Current.CancellationToken);
            Assert.Equal(0, await lease.Connection.ScalarAsync<int>("SELECT @@TRANCOUNT"));
        }

        Assert.IsType<SqlConnection>((await pool.RentAsync(TestContext.Current.CancellationToken)).Connection);
        Assert.Equal(1, pool.GetStatistics().ConnectionsOpened);
    }
}
