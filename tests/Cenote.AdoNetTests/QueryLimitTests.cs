namespace Cenote.AdoNetTests;

/// <summary>
/// Which limit a statement has: that of the command, of the connection, of the pool, of the lease, or none but the
/// driver's.
/// </summary>
public class QueryLimitTests
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(300);

    [Theory, ClassData<EveryDatabase>]
    public async Task A_commands_own_timeout_goes_first_and_0_means_unlimited(Db db)
    {
        await using var pool = TestPool.Create(db, configure: options => options.QueryTimeout = TimeSpan.FromMilliseconds(400));
        await using var connection = await pool.OpenConnectionAsync();
        await using var command = connection.Command(SlowQuery.On(db));
        command.CommandTimeout = 1;
        var told = await Assert.ThrowsAsync<QueryTimeoutException>(() => command.ExecuteScalarAsync());
        Assert.Equal(TimeSpan.FromSeconds(1), told.QueryTimeout);
        Assert.Equal(1, command.CommandTimeout);

        command.CommandTimeout = 0;
        command.CommandText = LastingAboutASecond(db);
        await command.ExecuteScalarAsync();
        Assert.Equal(0, command.CommandTimeout);
        connection.QueryTimeout = Timeout.InfiniteTimeSpan;
        await connection.RunAsync(LastingAboutASecond(db));
    }

    [Theory, ClassData<EveryDatabase>]
    public async Task A_connection_may_have_more_time_than_its_pool_and_the_next_holder_has_not(Db db)
    {
        await using var pool = TestPool.Create(db, configure: options => options.QueryTimeout = TimeSpan.FromMilliseconds(400));
        await KeptSession.ShowAsync(pool, PatientAsync);
        await using var next = await pool.OpenConnectionAsync();
        await Assert.ThrowsAsync<QueryTimeoutException>(() => next.RunAsync(SlowQuery.On(db)));

        async Task PatientAsync()
        {
            await using var patient = await pool.OpenConnectionAsync();
            patient.QueryTimeout = TimeSpan.FromMinutes(1);
            await patient.RunAsync(LastingAboutASecond(db));
            patient.QueryTimeout = null;
            await Assert.ThrowsAsync<QueryTimeoutException>(() => patient.RunAsync(SlowQuery.On(db)));
        }
    }

    [Theory, ClassData<ServerDatabases>]
    public async Task Raw_leases_are_ended_by_the_server_also_after_a_reset(Db db)
    {
        await using var pool = TestPool.Create(db, configure: options => options.QueryTimeout = Short);
        for (var i = 0; i < 3; i++)
        {
            await using var lease = await pool.RentAsync();
            var failure = await Assert.ThrowsAnyAsync<DbException>(() => lease.Connection.RunAsync(SlowQuery.On(db)));
            Assert.Equal(Cenote.FailureKind.QueryTimeout, lease.ReportFailure(failure));
            await lease.Connection.RunAsync("SELECT 1");
        }

        Assert.Equal(1, pool.GetStatistics().ConnectionsOpened);
    }

    [Theory, ClassData<ServerDatabases>]
    public async Task A_raw_lease_may_set_its_own_limit_until_its_return(Db db)
    {
        await using var pool = TestPool.Create(db);
        await using (var lease = await pool.RentAsync())
        {
            await lease.SetQueryTimeoutAsync(Short);
            var failure = await Assert.ThrowsAnyAsync<DbException>(() => lease.Connection.RunAsync(SlowQuery.On(db)));
            Assert.Equal(Cenote.FailureKind.QueryTimeout, pool.Provider.ClassifyFailure(failure));
        }

        await using var next = await pool.RentAsync();
        await next.Connection.RunAsync(LastingAboutASecond(db));
        Assert.Equal(1, pool.GetStatistics().ConnectionsOpened);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => next.SetQueryTimeoutAsync(TimeSpan.Zero).AsTask());
    }

    [Fact]
    public async Task A_raw_lease_of_SQLite_has_no_limit_to_set()
    {
        await using var pool = TestPool.Create(Db.Sqlite);
        await using var lease = await pool.RentAsync();
        await Assert.ThrowsAsync<NotSupportedException>(() => lease.SetQueryTimeoutAsync(Short).AsTask());
    }

    [Theory, ClassData<EveryDatabase>]
    public async Task Without_a_limit_the_drivers_timeout_and_its_exception_are_as_ever(Db db)
    {
        await using var pool = TestPool.Create(db);
        await using var connection = await pool.OpenConnectionAsync();
        await using var command = connection.Command("SELECT 1");
        await command.ExecuteScalarAsync();
        Assert.True(command.CommandTimeout > 0);
        if (db != Db.Sqlite)
        {
            command.CommandTimeout = 1;
            command.CommandText = SlowQuery.On(db);

            // MySqlConnector ends a statement from a connection of its own. If that one fails, on a busy machine, the
            // statement is not ended.
            Exception? failure = null;
            for (var tries = 0; failure is null && tries < 10; tries++)
            {
                failure = await Record.ExceptionAsync(() => command.ExecuteScalarAsync());
            }

            var own = Assert.IsAssignableFrom<DbException>(failure);
            Assert.IsNotType<QueryTimeoutException>(own);
            Assert.Equal(Cenote.FailureKind.QueryTimeout, pool.Provider.ClassifyFailure(own));
        }
    }

    [Fact]
    public async Task A_wait_for_a_lock_of_SQLite_is_ended_too()
    {
        await using var pool = TestPool.Create(
            new Cenote.SqliteProvider($"Data Source={Path.Combine(Path.GetTempPath(), Path.GetRandomFileName())}", new() { BusyTimeout = TimeSpan.FromMinutes(10) }),
            Db.Sqlite,
            maxSize: 2,
            configure: options => options.QueryTimeout = Short);
        await using var writer = await pool.OpenConnectionAsync();
        writer.QueryTimeout = Patience.Limit;
        await writer.RunAsync("CREATE TABLE t(x); BEGIN IMMEDIATE");
        await using var other = await pool.OpenConnectionAsync();
        await Assert.ThrowsAsync<QueryTimeoutException>(() => other.RunAsync("INSERT INTO t VALUES (1)"));
        await writer.RunAsync("COMMIT");
        other.QueryTimeout = Patience.Limit;
        await other.RunAsync("INSERT INTO t VALUES (1)");
    }

    [Fact]
    public async Task The_limit_of_a_connection_is_checked()
    {
        await using var pool = TestPool.Create(Db.Sqlite);
        await using var connection = pool.CreateConnection();
        Assert.Throws<ArgumentOutOfRangeException>(() => connection.QueryTimeout = TimeSpan.Zero);
        Assert.Throws<ArgumentOutOfRangeException>(() => connection.QueryTimeout = TimeSpan.FromDays(2));
        connection.QueryTimeout = Timeout.InfiniteTimeSpan;
        Assert.Equal(Timeout.InfiniteTimeSpan, connection.QueryTimeout);
    }

    private static string LastingAboutASecond(Db db) => db switch
    {
        Db.Sqlite => "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 9000000) SELECT count(*) FROM n",
        Db.MariaDb => "SELECT SLEEP(1)",
        _ => "SELECT pg_sleep(1)",
    };
}
