using MySqlConnector;

namespace Cenote.ProviderTests;

/// <summary>MariaDB, which is what Debian has of MySQL, cleared by the pool after the return.</summary>
public sealed class MySqlTests : ServerSuite
{
    private const string CharactersQuery = "SELECT CONCAT(@@character_set_client, ' ', @@collation_connection)";

    protected override Type ConnectionType => typeof(MySqlConnection);

    protected override string EndlessStatement => "SELECT SLEEP(600)";

    protected override string CountWorking(long session) => $"SELECT count(*) FROM information_schema.processlist WHERE id = {session} AND info LIKE 'SELECT SLEEP%'";

    protected override string SessionQuery => "SELECT CONNECTION_ID()";

    protected override IEnumerable<string> Secrets => [new MySqlConnectionStringBuilder(RealServers.MySql).Password];

    protected override string UnreachableConnectionString =>
        new MySqlConnectionStringBuilder(RealServers.MySql) { Server = "127.0.0.1", Port = 1 }.ConnectionString;

    protected override string AdministratorConnectionString => RealServers.MySql;

    protected override DatabaseProvider NewProvider(string connectionString) => new MySqlProvider(connectionString);

    protected override string DatabaseQuery => "SELECT DATABASE()";

    protected override string OtherDatabase => "information_schema";

    protected override string KillStatement(long session) => $"KILL {session}";

    protected override string CountAlive(long[] sessions) =>
        $"SELECT count(*) FROM information_schema.processlist WHERE id IN ({string.Join(',', sessions)})";

    protected override string CountSessionsOf(string user) => $"SELECT count(*) FROM information_schema.processlist WHERE user = '{user}'";

    protected override string Concat(params string[] parts) => $"CONCAT({string.Join(", ", parts)})";

    protected override string ConnectionStringOf(string user, string password) =>
        new MySqlConnectionStringBuilder(RealServers.MySql) { UserID = user, Password = password }.ConnectionString;

    protected override async Task<DbConnection> ConnectAsync()
    {
        var connection = new MySqlConnection(RealServers.MySql + ";Pooling=false;Allow User Variables=true");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        return connection;
    }

    protected override async Task CreateUserAsync(DbConnection administrator, string user, string password)
    {
        await administrator.ExecuteAsync($"CREATE USER {user}@'%' IDENTIFIED BY '{password}'");
        await administrator.ExecuteAsync($"GRANT ALL ON cenote.* TO {user}@'%'");
    }

    protected override Task SetPasswordAsync(DbConnection administrator, string user, string password) =>
        administrator.ExecuteAsync($"ALTER USER {user}@'%' IDENTIFIED BY '{password}'");

    protected override string LimitToOneConnection(string user) => $"GRANT USAGE ON *.* TO {user}@'%' WITH MAX_USER_CONNECTIONS 1";

    protected override (string Set, string Show) Setting => ("SET SESSION sql_select_limit = 7", "@@session.sql_select_limit");

    // SLEEP looks after its client itself. A server that computes does not, and keeps its locks until it has an answer
    // to send.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_revoked_session_that_computes_is_killed_with_its_locks(bool blocks)
    {
        var table = await NewTableAsync();
        await using var administrator = await ConnectAsync();
        await administrator.ExecuteAsync($"INSERT INTO {table} VALUES (1)");
        await using var pool = NewPool();
        var late = await pool.RentAsync(TestContext.Current.CancellationToken);
        var connection = late.Connection;
        var session = await connection.ScalarAsync<long>(SessionQuery);
        await using var command = connection.CreateCommand();
        command.CommandText = $"UPDATE {table} SET id = 2 + BENCHMARK(1000000000, SHA2('x', 512))";
        command.CommandTimeout = 600;
        var call = Task.Run(async () => blocks ? command.ExecuteNonQuery() : await command.ExecuteNonQueryAsync());
        await Patience.SoonAsync(async () => await administrator.ScalarAsync<int>(CountComputing(session)) == 1);
        Assert.True(pool.TryRevoke(Assert.Single(pool.GetLeases())));

        await Assert.ThrowsAnyAsync<Exception>(() => call.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        await Patience.SoonAsync(async () => await administrator.ScalarAsync<int>(CountAlive([session])) == 0);
        await administrator.ExecuteAsync($"SET SESSION innodb_lock_wait_timeout = 1; UPDATE {table} SET id = 3");
        Assert.Equal(3, await pool.ScalarAsync<int>($"SELECT id FROM {table}"));
        late.Dispose();
    }

    [Fact]
    public async Task Over_a_Unix_socket_a_revoked_holder_comes_out_of_his_call_too()
    {
        await using var administrator = await ConnectAsync();
        var settings = new MySqlConnectionStringBuilder(RealServers.MySql) { Server = await administrator.ScalarAsync<string>("SELECT @@socket"), ConnectionProtocol = MySqlConnectionProtocol.UnixSocket };
        await using var pool = NewPool(new MySqlProvider(settings.ConnectionString), ResetMode.Full);
        var late = await pool.RentAsync(TestContext.Current.CancellationToken);
        var session = await late.Connection.ScalarAsync<long>(SessionQuery);
        var call = late.Connection.ScalarAsync("SELECT BENCHMARK(1000000000, SHA2('x', 512))");
        await Patience.SoonAsync(async () => await administrator.ScalarAsync<int>(CountComputing(session)) == 1);
        Assert.True(pool.TryRevoke(Assert.Single(pool.GetLeases())));

        await Assert.ThrowsAsync<MySqlException>(() => call.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        Assert.NotEqual(session, await pool.ScalarAsync<long>(SessionQuery));
        await KillAsync(session);
        late.Dispose();
    }

    private static string CountComputing(long session) => $"SELECT count(*) FROM information_schema.processlist WHERE id = {session} AND info LIKE '%BENCHMARK%'";

    [Fact]
    public Task A_variable_set_by_SET_is_cleared() => AssertClearedAsync("SELECT @@session.max_length_for_sort_data", "SET SESSION max_length_for_sort_data = 777");

    [Fact]
    public async Task A_user_variable_set_in_a_query_is_cleared()
    {
        await using var pool = NewPool(new MySqlProvider(RealServers.MySql + ";Allow User Variables=true"), ResetMode.Full);
        await pool.ExecuteAsync("SELECT @tenant := 7");
        Assert.Equal(1, await pool.ScalarAsync<int>("SELECT @tenant IS NULL"));

        await using var uncleared = NewPool(new MySqlProvider(RealServers.MySql + ";Allow User Variables=true"), ResetMode.None);
        await uncleared.ExecuteAsync("SELECT @tenant := 7");
        Assert.Equal(0, await uncleared.ScalarAsync<int>("SELECT @tenant IS NULL"));
    }

    [Fact]
    public async Task A_variable_set_by_a_procedure_is_cleared()
    {
        var procedure = Statements.UniqueName("p");
        await using (var administrator = await ConnectAsync())
        {
            await administrator.ExecuteAsync($"CREATE PROCEDURE {procedure}() SET SESSION lock_wait_timeout = 7");
        }

        await AssertClearedAsync("SELECT @@session.lock_wait_timeout", $"CALL {procedure}()");
    }

    [Fact]
    public Task The_isolation_level_is_cleared() =>
        AssertClearedAsync("SELECT @@session.tx_isolation", "SET SESSION TRANSACTION ISOLATION LEVEL SERIALIZABLE");

    [Fact]
    public async Task What_was_set_for_the_next_transaction_only_is_cleared()
    {
        var table = await NewTableAsync();
        await using (var uncleared = NewPool(NewProvider(), ResetMode.None))
        {
            await uncleared.ExecuteAsync("SET TRANSACTION READ ONLY");
            await Assert.ThrowsAsync<MySqlException>(() => uncleared.ExecuteAsync($"INSERT INTO {table} VALUES (1)"));
        }

        await using var pool = NewPool();
        await pool.ExecuteAsync("SET TRANSACTION READ ONLY");
        await pool.ExecuteAsync($"INSERT INTO {table} VALUES (1)");
        Assert.Equal(1, pool.GetStatistics().ConnectionsOpened);
    }

    [Fact]
    public Task Autocommit_comes_back() => AssertClearedAsync("SELECT @@session.autocommit", "SET autocommit = 0");

    [Fact]
    public Task The_character_set_comes_back() =>
        AssertClearedAsync("SELECT CONCAT(@@character_set_client, ' ', @@collation_connection)", "SET NAMES latin1");

    [Fact]
    public Task The_current_database_comes_back() => AssertClearedAsync("SELECT DATABASE()", "USE information_schema");

    [Fact]
    public async Task A_database_changed_through_the_driver_comes_back()
    {
        await using var pool = NewPool();
        await using (var lease = await pool.RentAsync(TestContext.Current.CancellationToken))
        {
            await lease.Connection.ChangeDatabaseAsync("information_schema", TestContext.Current.CancellationToken);
            Assert.Equal("information_schema", await lease.Connection.ScalarAsync<string>("SELECT DATABASE()"));
        }

        Assert.Equal("cenote", await pool.ScalarAsync<string>("SELECT DATABASE()"));
        Assert.Equal(1, pool.GetStatistics().ConnectionsOpened);
    }

    [Fact]
    public async Task A_temporary_table_is_dropped()
    {
        var table = await NewTableAsync();
        await AssertClearedAsync($"SELECT count(*) FROM {table}", $"CREATE TEMPORARY TABLE {table} AS SELECT 1 AS id");
    }

    [Fact]
    public async Task A_user_lock_is_released()
    {
        var name = Statements.UniqueName("lock");
        await AssertClearedAsync($"SELECT IS_USED_LOCK('{name}') IS NOT NULL", $"SELECT GET_LOCK('{name}', 0)");
    }

    [Fact]
    public async Task A_table_lock_is_released()
    {
        var table = await NewTableAsync();
        await using var pool = NewPool();
        await pool.ExecuteAsync($"LOCK TABLES {table} WRITE");
        await pool.ExecuteAsync($"INSERT INTO {table} VALUES (1)");
        await using var other = await ConnectAsync();
        await other.ExecuteAsync("SET SESSION lock_wait_timeout = 1");
        Assert.Equal(1, await other.ScalarAsync<int>($"SELECT count(*) FROM {table}"));
    }

    [Fact]
    public async Task The_role_is_cleared()
    {
        var role = Statements.UniqueName("r");
        await using (var administrator = await ConnectAsync())
        {
            await administrator.ExecuteAsync($"CREATE ROLE {role}");
        }

        await AssertClearedAsync("SELECT IFNULL(CURRENT_ROLE(), 'none')", $"SET ROLE {role}");
    }

    [Fact]
    public async Task The_role_that_a_user_starts_in_comes_back()
    {
        var role = Statements.UniqueName("r");
        var user = Statements.UniqueName("u");
        await using (var administrator = await ConnectAsync())
        {
            await CreateUserAsync(administrator, user, "pw");
            await administrator.ExecuteAsync($"CREATE ROLE {role}");
            await administrator.ExecuteAsync($"GRANT {role} TO {user}@'%'");
            await administrator.ExecuteAsync($"SET DEFAULT ROLE {role} FOR {user}@'%'");
        }

        var seen = await LookAroundAsync(ResetMode.Full, "SELECT CURRENT_ROLE()", ["SET ROLE NONE"], NewProvider(ConnectionStringOf(user, "pw")));
        Assert.Equal(new Sighting(role, role, 1), seen);
    }

    [Fact]
    public async Task A_statement_prepared_in_SQL_is_deallocated()
    {
        await using var pool = NewPool();
        await pool.ExecuteAsync("PREPARE p FROM 'SELECT 1'");
        await Assert.ThrowsAsync<MySqlException>(() => pool.ExecuteAsync("EXECUTE p"));

        await using var uncleared = NewPool(NewProvider(), ResetMode.None);
        await uncleared.ExecuteAsync("PREPARE p FROM 'SELECT 1'");
        await uncleared.ExecuteAsync("EXECUTE p");
    }

    // The time must not be over before the statement sleeps: a busy server once ended it earlier, with another error.
    [Theory]
    [InlineData(FailureKind.QueryTimeout, "SET SESSION max_statement_time = 0.3", "SELECT SLEEP(10) FROM information_schema.processlist")]
    [InlineData(FailureKind.Transient, "SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = 1213")]
    [InlineData(FailureKind.Transient, "SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 1205")]
    [InlineData(FailureKind.ConnectionLost, "SIGNAL SQLSTATE '08S01' SET MYSQL_ERRNO = 1047")]
    [InlineData(FailureKind.Other, "SELEC 1")]
    [InlineData(FailureKind.Other, "SELECT * FROM no_such_table")]
    public async Task Failures_are_classified(FailureKind expected, params string[] statements) =>
        Assert.Equal(expected, await ClassifyAsync(statements));

    [Fact]
    public async Task A_deadlock_is_transient()
    {
        var table = await NewTableAsync("id INTEGER PRIMARY KEY");
        await using var pool = NewPool(maxSize: 2);
        await pool.ExecuteAsync($"INSERT INTO {table} VALUES (1), (2)");
        await using var one = await pool.RentAsync(TestContext.Current.CancellationToken);
        await using var two = await pool.RentAsync(TestContext.Current.CancellationToken);
        await one.Connection.ExecuteAsync("BEGIN");
        await two.Connection.ExecuteAsync("BEGIN");
        await one.Connection.ExecuteAsync($"DELETE FROM {table} WHERE id = 1");
        await two.Connection.ExecuteAsync($"DELETE FROM {table} WHERE id = 2");
        var crossing = Task.WhenAll(
            one.Connection.ExecuteAsync($"DELETE FROM {table} WHERE id = 2"),
            two.Connection.ExecuteAsync($"DELETE FROM {table} WHERE id = 1"));
        var exception = await Assert.ThrowsAsync<MySqlException>(() => crossing);
        Assert.Equal(FailureKind.Transient, pool.Provider.ClassifyFailure(exception));
    }

    [Fact]
    public async Task A_callback_for_opened_connections_runs_again_after_each_reset()
    {
        var calls = 0;
        await using var pool = NewPool(
            new MySqlProvider(RealServers.MySql, builder => builder.UseConnectionOpenedCallback(async (context, cancellationToken) =>
            {
                Interlocked.Increment(ref calls);
                await context.Connection.ExecuteAsync("SET SESSION sql_select_limit = 99");
            })),
            ResetMode.Full);
        for (var i = 1; i <= 3; i++)
        {
            Assert.Equal(99, await pool.ScalarAsync<int>("SELECT @@session.sql_select_limit"));
        }

        Assert.InRange(calls, 3, 4);
        Assert.Equal(1, pool.GetStatistics().ConnectionsOpened);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_session_killed_after_its_return_is_replaced_by_the_pool_not_by_the_driver(bool driverResets)
    {
        var provider = new MySqlProvider(RealServers.MySql, driverResets ? _ => { } : null);
        await WithPhysicalAsync(provider, NewSettings(provider), async (physical, _) =>
        {
            await KillAsync(await physical.Connection.ScalarAsync<long>(SessionQuery));
            var exception = await Assert.ThrowsAnyAsync<Exception>(() => physical.ResetSessionAsync(TestContext.Current.CancellationToken).AsTask());
            Assert.Equal(FailureKind.ConnectionLost, provider.ClassifyFailure(exception));
        });
    }

    // What the short way to reset depends on is private to the driver: this fails when a new version has moved it.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Both_ways_to_reset_forget_prepared_statements_and_characters(bool driverResets)
    {
        // A user without roles, so that the only SET after a reset is the driver's.
        var user = Statements.UniqueName("u");
        string fresh;
        await using (var administrator = await ConnectAsync())
        {
            await CreateUserAsync(administrator, user, "pw");
            fresh = await administrator.ScalarAsync<string>(CharactersQuery);
        }

        await using var pool = NewPool(new MySqlProvider(ConnectionStringOf(user, "pw"), driverResets ? _ => { } : null), ResetMode.Full);
        var resets = 0L;
        for (var i = 0; i < 4; i++)
        {
            await using var lease = await pool.RentAsync(TestContext.Current.CancellationToken);
            await using var command = lease.Connection.CreateCommand();
            command.CommandText = CharactersQuery;
            await command.PrepareAsync(TestContext.Current.CancellationToken);
            Assert.Equal(fresh, await command.ExecuteScalarAsync(TestContext.Current.CancellationToken));
            await using var status = lease.Connection.CreateCommand();
            status.CommandText = "SELECT variable_value FROM information_schema.session_status WHERE variable_name = 'Com_set_option'";
            resets = Convert.ToInt64(await status.ExecuteScalarAsync(TestContext.Current.CancellationToken), System.Globalization.CultureInfo.InvariantCulture);
            await lease.Connection.ExecuteAsync("SET NAMES latin1");
        }

        Assert.Equal(1, pool.GetStatistics().ConnectionsOpened);
        Assert.Equal(driverResets ? 1 : 0, resets);
    }

    [Theory]
    [InlineData("Connection Reset=false", "Connection Reset")]
    [InlineData("Maximum Pool Size=50", "Maximum Pool Size")]
    [InlineData("Connection Lifetime=60", "Connection Life Time")]
    public Task Settings_that_could_not_take_effect_are_refused(string setting, string named) =>
        AssertRefusedAsync(new MySqlProvider("Server=localhost;" + setting), named);

    [Fact]
    public async Task The_driver_s_reset_is_refused_because_callers_would_wait_for_it()
    {
        await using var provider = new MySqlProvider("Server=localhost");
        Assert.Contains("ByPool", Assert.Single(provider.Validate(NewSettings(provider) with { SessionReset = SessionReset.ByDriver })), StringComparison.Ordinal);
        Assert.Empty(provider.Validate(NewSettings(provider)));
    }
}
