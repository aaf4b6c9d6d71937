namespace Cenote.ProviderTests;

/// <summary>PostgreSQL, for every kind of session reset.</summary>
public abstract class PostgreSqlSuite : ServerSuite
{
    protected override Type ConnectionType => typeof(NpgsqlConnection);

    protected override string EndlessStatement => "SELECT pg_sleep(600)";

    protected override string CountWorking(long session) => $"SELECT count(*) FROM pg_stat_activity WHERE pid = {session} AND state = 'active' AND query LIKE 'SELECT pg_sleep%'";

    protected override string SessionQuery => "SELECT pg_backend_pid()";

    protected override IEnumerable<string> Secrets => [new NpgsqlConnectionStringBuilder(RealServers.PostgreSql).Password!];

    protected override string UnreachableConnectionString =>
        new NpgsqlConnectionStringBuilder(RealServers.PostgreSql) { Host = "127.0.0.1", Port = 1 }.ConnectionString;

    protected override string AdministratorConnectionString => RealServers.PostgreSql;

    protected override DatabaseProvider NewProvider(string connectionString) => new PostgreSqlProvider(connectionString);

    protected override string LimitToOneConnection(string user) => $"ALTER ROLE {user} CONNECTION LIMIT 1";

    protected override (string Set, string Show) Setting => ("SET app.tenant = '7'", "current_setting('app.tenant', true)");

    protected override string DatabaseQuery => "SELECT current_database()";

    protected override string OtherDatabase => "postgres";

    protected override string KillStatement(long session) => $"SELECT pg_terminate_backend({session})";

    protected override string CountAlive(long[] sessions) =>
        $"SELECT count(*) FROM pg_stat_activity WHERE pid IN ({string.Join(',', sessions)})";

    protected override string CountSessionsOf(string user) => $"SELECT count(*) FROM pg_stat_activity WHERE usename = '{user}'";

    protected override string ConnectionStringOf(string user, string password) =>
        new NpgsqlConnectionStringBuilder(RealServers.PostgreSql) { Username = user, Password = password }.ConnectionString;

    protected override async Task<DbConnection> ConnectAsync()
    {
        var connection = new NpgsqlConnection(RealServers.PostgreSql + ";Pooling=false");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        return connection;
    }

    protected override Task CreateUserAsync(DbConnection administrator, string user, string password) =>
        administrator.ExecuteAsync($"CREATE ROLE {user} LOGIN PASSWORD '{password}'");

    protected override Task SetPasswordAsync(DbConnection administrator, string user, string password) =>
        administrator.ExecuteAsync($"ALTER ROLE {user} PASSWORD '{password}'");

    [Fact]
    public Task A_variable_set_by_SET_is_cleared() =>
        AssertClearedAsync("SELECT current_setting('app.tenant', true) IS NOT DISTINCT FROM '7'", "SET app.tenant = '7'");

    [Fact]
    public Task A_variable_set_by_a_function_is_cleared() =>
        AssertClearedAsync("SELECT current_setting('app.tenant', true) IS NOT DISTINCT FROM '7'", "SELECT set_config('app.tenant', '7', false)");

    [Fact]
    public Task A_server_setting_is_cleared() =>
        AssertClearedAsync("SHOW statement_timeout", "SET statement_timeout = '7s'");

    [Fact]
    public Task The_isolation_level_is_cleared() =>
        AssertClearedAsync(
            "SHOW default_transaction_isolation",
            "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL SERIALIZABLE");

    [Fact]
    public Task The_search_path_is_cleared() => AssertClearedAsync("SHOW search_path", "SET search_path = pg_catalog");

    [Fact]
    public async Task A_temporary_table_is_dropped()
    {
        var table = await NewTableAsync();
        await AssertClearedAsync($"SELECT count(*) FROM {table}", $"CREATE TEMP TABLE {table} AS SELECT 1 AS id");
    }

    [Fact]
    public async Task The_role_is_cleared()
    {
        var role = await NewRoleAsync();
        await AssertClearedAsync("SELECT current_user || ' ' || current_setting('role')", $"SET ROLE {role}");
    }

    [Fact]
    public async Task The_session_authorization_is_cleared()
    {
        var role = await NewRoleAsync();
        await AssertClearedAsync("SELECT session_user || ' ' || current_user", $"SET SESSION AUTHORIZATION {role}");
    }

    // On older servers DISCARD ALL alone loses it (npgsql#5997): every lease but the first would run without the role.
    [Theory]
    [InlineData("SELECT 1")]
    [InlineData("SET ROLE none")]
    [InlineData("RESET ROLE")]
    public async Task The_role_that_a_user_starts_in_comes_back(string trace)
    {
        var role = await NewRoleAsync();
        var user = Statements.UniqueName("u");
        await using (var administrator = await ConnectAsync())
        {
            await CreateUserAsync(administrator, user, "pw");
            await administrator.ExecuteAsync($"GRANT {role} TO {user}");
            await administrator.ExecuteAsync($"ALTER ROLE {user} SET role = {role}");
        }

        var seen = await LookAroundAsync(ResetMode.Full, "SELECT current_user", [trace], NewProvider(ConnectionStringOf(user, "pw")));
        Assert.Equal(new Sighting(role, role, 1), seen);
    }

    [Fact]
    public Task An_advisory_lock_is_released() =>
        AssertClearedAsync(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()",
            "SELECT pg_advisory_lock(4711, pg_backend_pid())");

    [Fact]
    public Task A_statement_prepared_in_SQL_is_deallocated() =>
        AssertClearedAsync("SELECT count(*) FROM pg_prepared_statements WHERE from_sql", "PREPARE p AS SELECT 1");

    [Fact]
    public Task Listening_ends() => AssertClearedAsync("SELECT count(*) FROM pg_listening_channels()", "LISTEN news");

    [Fact]
    public Task A_cursor_is_closed() =>
        AssertClearedAsync("SELECT count(*) FROM pg_cursors WHERE is_holdable", "DECLARE c CURSOR WITH HOLD FOR SELECT 1");

    [Fact]
    public async Task A_failed_transaction_is_rolled_back()
    {
        await using var pool = NewPool();
        await Assert.ThrowsAsync<PostgresException>(() => pool.ExecuteAsync("BEGIN", "SELECT 1/0"));
        Assert.Equal(1, await pool.ScalarAsync<int>("SELECT 1"));
        Assert.Equal(1, pool.GetStatistics().ConnectionsOpened);
    }

    [Fact]
    public async Task A_mapped_enum_works_on_every_connection()
    {
        var type = Statements.UniqueName("mood");
        await using (var administrator = await ConnectAsync())
        {
            await administrator.ExecuteAsync($"CREATE TYPE {type} AS ENUM ('happy', 'sad')");
        }

        await using var pool = NewPool(
            new PostgreSqlProvider(RealServers.PostgreSql, builder => builder.MapEnum<Mood>(type)), ResetMode.Full, maxSize: 3);
        await pool.WarmUpAsync(3, cancellationToken: TestContext.Current.CancellationToken);
        var moods = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => ReadMoodAsync(pool, type)));
        Assert.All(moods, mood => Assert.Equal(Mood.Sad, mood));
    }

    [Theory]
    [InlineData(FailureKind.QueryTimeout, "SET statement_timeout = 20", "SELECT pg_sleep(10)")]
    [InlineData(FailureKind.ReadOnlyServer, "SET default_transaction_read_only = on", "CREATE TABLE never (id int)")]
    [InlineData(FailureKind.Transient, "DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40001'; END $$")]
    [InlineData(FailureKind.Transient, "DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '55P03'; END $$")]
    [InlineData(FailureKind.Other, "SELEC 1")]
    [InlineData(FailureKind.Other, "SELECT 1/0")]
    public async Task Failures_are_classified(FailureKind expected, params string[] statements) =>
        Assert.Equal(expected, await ClassifyAsync(statements));

    [Fact]
    public async Task A_command_cancelled_by_its_caller_is_not_a_failure_of_the_connection()
    {
        await using var pool = NewPool();
        await using (var lease = await pool.RentAsync(TestContext.Current.CancellationToken))
        {
            await using var administrator = await ConnectAsync();
            using var cancellation = new CancellationTokenSource();
            await using var command = lease.Connection.CreateCommand();
            var process = lease.Unwrap<NpgsqlConnection>().ProcessID;
            command.CommandText = "SELECT pg_sleep(60)";
            var sleeping = command.ExecuteScalarAsync(cancellation.Token);

            // A request to cancel that overtakes its statement is lost, and the driver then gives the connection up.
            await Patience.SoonAsync(async () => await administrator.ScalarAsync<int>(
                $"SELECT count(*) FROM pg_stat_activity WHERE pid = {process} AND wait_event = 'PgSleep'") == 1);
            await cancellation.CancelAsync();
            var exception = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sleeping);
            Assert.Equal(FailureKind.Other, pool.Provider.ClassifyFailure(exception));
        }

        Assert.Equal(1, await pool.ScalarAsync<int>("SELECT 1"));
        Assert.Equal(1, pool.GetStatistics().ConnectionsOpened);
    }

    private static async Task<Mood> ReadMoodAsync(ConnectionPool pool, string type)
    {
        await using var lease = await pool.RentAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand("SELECT $1", lease.Unwrap<NpgsqlConnection>())
        {
            Parameters = { new NpgsqlParameter { Value = Mood.Sad, DataTypeName = type } },
        };
        return (Mood)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    private async Task<string> NewRoleAsync()
    {
        var role = Statements.UniqueName("r");
        await using var administrator = await ConnectAsync();
        await administrator.ExecuteAsync($"CREATE ROLE {role}");
        return role;
    }

    private enum Mood
    {
        Happy,
        Sad,
    }
}
