using Microsoft.Extensions.Time.Testing;

namespace Cenote.ProviderTests.Oracle;

/// <summary>
/// The Oracle provider over a fake of the driver: never run against the driver itself, nor a database.
/// </summary>
public sealed class OracleSessionTests
{
    private const string ConnectionString = "User Id=scott;Password=tiger;Data Source=//db/shop";
    private const string Fresh = "SCOTT|READ COMMITTED||||0|+00:00";

    private readonly FakeOracleDatabase _database = new();

    private ConnectionPool NewPool(int maxSize = 1, OracleProviderOptions? provider = null, Action<ConnectionPoolOptions>? configure = null)
    {
        var options = new ConnectionPoolOptions { MinSize = 0, MaxSize = maxSize, MaxOpenRetries = 0 };
        configure?.Invoke(options);
        return new ConnectionPool(new OracleProvider(new FakeOracleFactory(_database), ConnectionString, provider), options);
    }

    [Theory]
    [InlineData("ALTER SESSION SET CURRENT_SCHEMA = OTHER")]
    [InlineData("ALTER SESSION SET ISOLATION_LEVEL = SERIALIZABLE")]
    [InlineData("BEGIN\nDBMS_SESSION.SET_IDENTIFIER('ann');\nEND;")]
    [InlineData("BEGIN\nDBMS_APPLICATION_INFO.SET_MODULE('till', 'pay');\nEND;")]
    [InlineData("BEGIN\nDBMS_APPLICATION_INFO.SET_CLIENT_INFO('desk 7');\nEND;")]
    [InlineData("BEGIN\nAPP.REMEMBER(7);\nEND;")]
    public async Task The_next_lease_does_not_see_what_a_full_reset_covers(string trace)
    {
        await using (var pool = NewPool(configure: options => options.ResetMode = ResetMode.None))
        {
            var before = await pool.ScalarAsync<string>("SELECT STATE FROM DUAL");
            await pool.ExecuteAsync(trace);
            Assert.NotEqual(before, await pool.ScalarAsync<string>("SELECT STATE FROM DUAL"), StringComparer.Ordinal);
        }

        await using (var pool = NewPool())
        {
            var before = await pool.ScalarAsync<string>("SELECT STATE FROM DUAL");
            await pool.ExecuteAsync(trace);
            Assert.Equal(before, await pool.ScalarAsync<string>("SELECT STATE FROM DUAL"));
            Assert.Equal(1, pool.GetStatistics().ConnectionsOpened);
        }
    }

    // Oracle has no way to put everything back: the documentation of the provider says so, and where to add what leases
    // change.
    [Theory]
    [InlineData(null, "+02:00")]
    [InlineData("EXECUTE IMMEDIATE 'ALTER SESSION SET TIME_ZONE = ''+00:00''';", "+00:00")]
    public async Task What_a_full_reset_does_not_cover_is_put_back_by_statements_of_the_application(string? statements, string expected)
    {
        await using var pool = NewPool(provider: new OracleProviderOptions { ResetStatements = statements });
        await pool.ExecuteAsync("ALTER SESSION SET TIME_ZONE = '+02:00'");
        Assert.EndsWith(expected, await pool.ScalarAsync<string>("SELECT STATE FROM DUAL"), StringComparison.Ordinal);
        Assert.Equal(1, pool.GetStatistics().ConnectionsOpened);
    }

    [Theory]
    [InlineData(ResetMode.Full)]
    [InlineData(ResetMode.Rollback)]
    public async Task A_transaction_that_began_by_itself_is_rolled_back(ResetMode mode)
    {
        var provider = new OracleProviderOptions { ConfigureConnection = connection => ((FakeOracleConnection)connection).AutoCommit = false };
        await using var pool = NewPool(provider: provider, configure: options => options.ResetMode = mode);
        await pool.ExecuteAsync("INSERT INTO T VALUES (1)");
        Assert.Equal(0, await pool.ScalarAsync<int>("SELECT COUNT(*) FROM T"));
        Assert.Equal(1, pool.GetStatistics().ConnectionsOpened);
    }

    // The driver would go on taking it for open, and refuse the next holder one of his own.
    [Fact]
    public async Task A_connection_whose_holder_left_a_transaction_object_open_is_closed()
    {
        await using var pool = NewPool();
        await using (var lease = await pool.RentAsync(TestContext.Current.CancellationToken))
        {
            await lease.Connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
            await lease.Connection.ExecuteAsync("INSERT INTO T VALUES (1)");
        }

        await using (var lease = await pool.RentAsync(TestContext.Current.CancellationToken))
        {
            await using var transaction = await lease.Connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
            Assert.Equal(0, await lease.Connection.ScalarAsync<int>("SELECT COUNT(*) FROM T"));
        }

        Assert.Equal(1, pool.GetStatistics().ConnectionsClosedByReason[CloseReason.ResetFailed]);
    }

    [Fact]
    public async Task A_pooled_connection_ends_its_transaction_and_keeps_its_session()
    {
        await using var pool = NewPool();
        await using (var connection = await pool.OpenConnectionAsync(TestContext.Current.CancellationToken))
        {
            await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
            await connection.ExecuteAsync("INSERT INTO T VALUES (1)");
        }

        Assert.Equal(0, await pool.ScalarAsync<int>("SELECT COUNT(*) FROM T"));
        Assert.Equal(1, pool.GetStatistics().ConnectionsOpened);
    }

    [Fact]
    public async Task What_was_committed_stays()
    {
        await using var pool = NewPool(maxSize: 3);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 10; i++)
            {
                await using var lease = await pool.RentAsync(TestContext.Current.CancellationToken);
                await using var transaction = await lease.Connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
                await lease.Connection.ExecuteAsync("INSERT INTO T VALUES (1)");
                await transaction.CommitAsync(TestContext.Current.CancellationToken);
            }
        })));
        Assert.Equal(80, _database.Rows);
        Assert.InRange(_database.Opened, 1, 3);
    }

    [Fact]
    public async Task A_blocking_caller_gets_a_cleared_session_too()
    {
        await using var pool = NewPool();
        for (var i = 0; i < 3; i++)
        {
            using var lease = pool.Rent(TestContext.Current.CancellationToken);
            using var command = lease.Connection.CreateCommand();
            command.CommandText = "SELECT APP.MEMORY FROM DUAL";
            Assert.Equal(0, command.ExecuteScalar());
            command.CommandText = "BEGIN\nAPP.REMEMBER(7);\nEND;";
            command.ExecuteNonQuery();
        }

        Assert.Equal(1, pool.GetStatistics().ConnectionsOpened);
    }

    [Fact]
    public async Task A_killed_session_is_not_rented_again()
    {
        await using var pool = NewPool();
        await using (var lease = await pool.RentAsync(TestContext.Current.CancellationToken))
        {
            var exception = await Assert.ThrowsAnyAsync<DbException>(() => lease.Connection.ExecuteAsync("DIE"));
            Assert.Equal(FailureKind.ConnectionLost, pool.Provider.ClassifyFailure(exception));
        }

        Assert.Equal(2, await pool.ScalarAsync<int>("SELECT SID FROM DUAL"));
    }

    [Fact]
    public async Task Validation_passes_on_a_live_session_and_fails_on_a_dead_one()
    {
        await using var provider = new OracleProvider(new FakeOracleFactory(_database), ConnectionString);
        var physical = provider.CreateConnection(new ConnectionSettings
        {
            SessionReset = SessionReset.ByPool,
            ResetMode = ResetMode.Full,
            ConnectTimeout = TimeSpan.FromSeconds(15),
        });
        await physical.OpenAsync(TestContext.Current.CancellationToken);
        await physical.ValidateAsync(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);
        physical.Validate(TimeSpan.FromSeconds(29.5));
        await Assert.ThrowsAnyAsync<DbException>(() => physical.Connection.ExecuteAsync("DIE"));

        var exception = await Assert.ThrowsAnyAsync<DbException>(() => physical.ValidateAsync(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken).AsTask());
        Assert.Equal(FailureKind.ConnectionLost, provider.ClassifyFailure(exception));
        Assert.False(physical.IsUsable);
        await physical.CloseAsync();
    }

    [Fact]
    public async Task A_statement_that_runs_too_long_is_ended_and_its_session_kept()
    {
        var (time, limit) = (new FakeTimeProvider(), TimeSpan.FromMinutes(1));
        await using var pool = NewPool(configure: options => (options.TimeProvider, options.QueryTimeout) = (time, limit));
        await using (var connection = await pool.OpenConnectionAsync(TestContext.Current.CancellationToken))
        {
            var waiting = Task.Run(() => connection.ExecuteAsync("WAIT"));
            await Patience.SoonAsync(() => _database.LastSession!.IsWaiting);
            time.Advance(limit);
            await Assert.ThrowsAsync<QueryTimeoutException>(() => waiting.Soon());
        }

        Assert.Equal(1, await pool.ScalarAsync<int>("SELECT 1 FROM DUAL"));
        Assert.Equal(1, pool.GetStatistics().ConnectionsOpened);
    }

    [Fact]
    public async Task A_session_starts_as_the_database_made_it()
    {
        await using var pool = NewPool();
        Assert.Equal(Fresh, await pool.ScalarAsync<string>("SELECT STATE FROM DUAL"));
    }
}
