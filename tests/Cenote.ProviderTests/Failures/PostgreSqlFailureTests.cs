namespace Cenote.ProviderTests.Failures;

/// <summary>What real failures of PostgreSQL mean, as Npgsql throws them.</summary>
public sealed class PostgreSqlFailureTests : IAsyncDisposable
{
    private const string Russian = "-c lc_messages=ru_RU.UTF-8";
    private readonly PostgreSqlProvider _provider = new(RealServers.PostgreSql);

    public ValueTask DisposeAsync() => _provider.DisposeAsync();

    [Fact]
    public async Task Refused_at_the_door()
    {
        await using var administrator = await OpenAsync();
        var user = Statements.UniqueName("u");
        await administrator.ExecuteAsync($"CREATE ROLE {user} LOGIN PASSWORD 'right' CONNECTION LIMIT 1");
        await FailsAsync(FailureKind.InvalidCredentials, "28P01", () => OpenAsync(builder => (builder.Username, builder.Password) = (user, "wrong")));
        await FailsAsync(FailureKind.InvalidConfiguration, "3D000", () => OpenAsync(builder => builder.Database = "no_such_database"));

        await FailsAsync(FailureKind.InvalidConfiguration, "42704", () => OpenAsync(builder => builder.Options = "-c no_such_parameter=1"));
        await FailsAsync(FailureKind.InvalidConfiguration, "22023", () => OpenAsync(builder => builder.Options = "-c work_mem=none"));
        await FailsAsync(FailureKind.Other, "3D000", () => administrator.ExecuteAsync("DROP DATABASE no_such_database"));
        await FailsAsync(FailureKind.Other, "42704", () => administrator.ExecuteAsync("SET no_such_parameter = 1"));

        await using (await OpenAsync(builder => (builder.Username, builder.Password) = (user, "right")))
        {
            await FailsAsync(FailureKind.TooManyConnections, "53300", () => OpenAsync(builder => (builder.Username, builder.Password) = (user, "right")));
        }

        await administrator.ExecuteAsync($"ALTER ROLE {user} NOLOGIN");
        await FailsAsync(FailureKind.InvalidCredentials, "28000", () => OpenAsync(builder => (builder.Username, builder.Password) = (user, "right")));
        await FailsAsync(FailureKind.ConnectionLost, sqlState: null, () => OpenAsync(builder => builder.Port = 1));
    }

    [Fact]
    public async Task Ended_from_outside()
    {
        await using var administrator = await OpenAsync();
        await using (var idle = await OpenAsync())
        {
            await TerminateAsync(administrator, idle.ProcessID);
            await FailsAsync(FailureKind.ConnectionLost, "57P01", () => idle.ExecuteAsync("SELECT 1"));
        }

        await using (var busy = await OpenAsync())
        {
            var running = busy.ExecuteAsync("SELECT pg_sleep(30)");
            await UntilRunningAsync(administrator, busy.ProcessID);
            await TerminateAsync(administrator, busy.ProcessID);
            await FailsAsync(FailureKind.ConnectionLost, "57P01", () => running);
        }

        await using (var dozing = await OpenAsync())
        {
            await dozing.ExecuteAsync("SET idle_session_timeout = 1");
            await UntilGoneAsync(administrator, dozing.ProcessID);
            await FailsAsync(FailureKind.ConnectionLost, "57P05", () => dozing.ExecuteAsync("SELECT 1"));
        }

        await using (var undecided = await OpenAsync())
        {
            await undecided.ExecuteAsync("SET idle_in_transaction_session_timeout = 1; BEGIN");
            await UntilGoneAsync(administrator, undecided.ProcessID);
            await FailsAsync(FailureKind.ConnectionLost, "25P03", () => undecided.ExecuteAsync("SELECT 1"));
        }
    }

    [Fact]
    public async Task Out_of_time_or_asked_to_stop()
    {
        await using var administrator = await OpenAsync();
        await using var session = await OpenAsync();
        // Long enough for the statement that takes it back.
        await session.ExecuteAsync("SET statement_timeout = 500");
        Assert.True(_provider.IsCancellation(await FailsAsync(FailureKind.QueryTimeout, "57014", () => session.ExecuteAsync("SELECT pg_sleep(30)"))));
        await session.ExecuteAsync("SET statement_timeout = 0");

        await using var impatient = new NpgsqlCommand("SELECT pg_sleep(30)", session) { CommandTimeout = 1 };
        await FailsAsync(FailureKind.QueryTimeout, sqlState: null, () => impatient.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));

        var running = session.ExecuteAsync("SELECT pg_sleep(30)");
        await UntilRunningAsync(administrator, session.ProcessID);
        await administrator.ExecuteAsync($"SELECT pg_cancel_backend({session.ProcessID})");
        Assert.True(_provider.IsCancellation(await FailsAsync(FailureKind.Other, "57014", () => running)));

        using var cancellation = new CancellationTokenSource();
        await using var command = new NpgsqlCommand("SELECT pg_sleep(30)", session);
        var cancelled = command.ExecuteNonQueryAsync(cancellation.Token);
        await UntilRunningAsync(administrator, session.ProcessID);
        await cancellation.CancelAsync();
        var told = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        Assert.Equal(FailureKind.Other, _provider.ClassifyFailure(told));
        Assert.True(_provider.IsCancellation(told));
        await session.ExecuteAsync("SELECT 1");
    }

    [Fact]
    public async Task In_each_others_way()
    {
        await using var one = await OpenAsync();
        await using var other = await OpenAsync();
        var table = Statements.UniqueName("t");
        await one.ExecuteAsync($"CREATE TABLE {table}(id int PRIMARY KEY, n int); INSERT INTO {table} VALUES (1, 0), (2, 0)");

        await one.ExecuteAsync($"BEGIN; UPDATE {table} SET n = 1 WHERE id = 1");
        await other.ExecuteAsync("SET lock_timeout = 20");
        await FailsAsync(FailureKind.Transient, "55P03", () => other.ExecuteAsync($"UPDATE {table} SET n = 2 WHERE id = 1"));
        await FailsAsync(FailureKind.Transient, "55P03", () => other.ExecuteAsync($"SELECT * FROM {table} FOR UPDATE NOWAIT"));
        await other.ExecuteAsync("SET lock_timeout = 0");

        await other.ExecuteAsync($"BEGIN; SET LOCAL deadlock_timeout = 10; UPDATE {table} SET n = 2 WHERE id = 2");
        await one.ExecuteAsync("SET LOCAL deadlock_timeout = 60000");
        var waiting = one.ExecuteAsync($"UPDATE {table} SET n = 1 WHERE id = 2");
        await FailsAsync(FailureKind.Transient, "40P01", () => other.ExecuteAsync($"UPDATE {table} SET n = 2 WHERE id = 1"));
        await other.ExecuteAsync("ROLLBACK");
        await waiting;
        await one.ExecuteAsync("COMMIT");

        await other.ExecuteAsync($"BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT * FROM {table}");
        await one.ExecuteAsync($"UPDATE {table} SET n = 9");
        await FailsAsync(FailureKind.Transient, "40001", () => other.ExecuteAsync($"UPDATE {table} SET n = 8"));
        await other.ExecuteAsync("ROLLBACK");

        await FailsAsync(FailureKind.Other, "23505", () => other.ExecuteAsync($"INSERT INTO {table} VALUES (1, 1)"));
        await FailsAsync(FailureKind.Other, "42P01", () => other.ExecuteAsync("SELECT * FROM no_such_table"));
        await other.ExecuteAsync("BEGIN READ ONLY");
        await FailsAsync(FailureKind.ReadOnlyServer, "25006", () => other.ExecuteAsync($"UPDATE {table} SET n = 8"));
    }

    [Theory]
    [InlineData("")]
    [InlineData(Russian + " ")]
    public async Task A_fatal_error_is_a_lost_session_in_every_language(string language)
    {
        var isTranslated = language.Length > 0 && await IsTranslatedAsync(language);
        var failure = await FailsAsync(
            FailureKind.ConnectionLost, "58P01", () => OpenAsync(builder => builder.Options = language + "-c session_preload_libraries=no_such_library"));

        var error = Assert.IsType<PostgresException>(failure);
        Assert.Equal(!isTranslated, string.Equals(error.Severity, "FATAL", StringComparison.Ordinal));
        Assert.Equal("FATAL", error.InvariantSeverity);
    }

    [Fact]
    public async Task Ended_from_outside_in_another_language()
    {
        var isTranslated = await IsTranslatedAsync(Russian);
        await using var administrator = await OpenAsync();
        await using var idle = await OpenAsync(static builder => builder.Options = Russian);
        await TerminateAsync(administrator, idle.ProcessID);
        var failure = await FailsAsync(FailureKind.ConnectionLost, "57P01", () => idle.ExecuteAsync("SELECT 1"));

        Assert.Equal(!isTranslated, string.Equals(Assert.IsType<PostgresException>(failure).Severity, "FATAL", StringComparison.Ordinal));
    }

    // What cannot be provoked without a server of its own.
    [Theory]
    [InlineData("57P02", "FATAL", FailureKind.ConnectionLost)]
    [InlineData("57P03", "FATAL", FailureKind.ConnectionLost)]
    [InlineData("08006", "ERROR", FailureKind.ConnectionLost)]
    [InlineData("XX000", "PANIC", FailureKind.ConnectionLost)]
    [InlineData("XX000", "ERROR", FailureKind.Other)]
    [InlineData("53100", "ERROR", FailureKind.Other)]
    [InlineData("53200", "ERROR", FailureKind.Other)]
    [InlineData("40003", "ERROR", FailureKind.Transient)]
    [InlineData("55006", "ERROR", FailureKind.Transient)]
    [InlineData("28P01", "FATAL", FailureKind.InvalidCredentials)]
    [InlineData("57P04", "FATAL", FailureKind.ConnectionLost)]
    [InlineData("25P04", "FATAL", FailureKind.ConnectionLost)]
    [InlineData("40001", "FATAL", FailureKind.ConnectionLost)]
    [InlineData("3D000", "FATAL", FailureKind.InvalidConfiguration)]
    public void By_SQLSTATE(string sqlState, string severity, FailureKind kind) =>
        Assert.Equal(kind, _provider.ClassifyFailure(new PostgresException("text", severity, severity, sqlState)));

    [Fact]
    public void In_another_language_a_cancel_may_be_a_timeout()
    {
        Assert.Equal(FailureKind.QueryTimeout, _provider.ClassifyFailure(new PostgresException("storniere Anfrage", "ERROR", "ERROR", "57014")));
        Assert.True(_provider.IsCancellation(new PostgresException("storniere Anfrage", "ERROR", "ERROR", "57014")));
    }

    private async Task<Exception> FailsAsync(FailureKind kind, string? sqlState, Func<Task> action)
    {
        var failure = await Assert.ThrowsAnyAsync<NpgsqlException>(action);
        Assert.Equal(sqlState, failure.SqlState);
        Assert.Equal(kind, _provider.ClassifyFailure(failure));
        Assert.Equal(kind, _provider.ClassifyFailure(new InvalidOperationException("wrapped", failure)));
        return failure;
    }

    /// <summary>
    /// Determines whether the server was built with translated messages. If not, as in the build of
    /// <c>./test --postgresql</c>, its English ones are tested, and a warning of the test says so.
    /// </summary>
    private static async Task<bool> IsTranslatedAsync(string language)
    {
        try
        {
            await using var connection = await OpenAsync(builder => builder.Options = language);
            if (await connection.ScalarAsync<bool>("SELECT setting LIKE '%--enable-nls%' FROM pg_config WHERE name = 'CONFIGURE'"))
            {
                return true;
            }

            TestContext.Current.AddWarning("The server was built without translations, so that its messages were tested in English only.");
            return false;
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.InvalidParameterValue)
        {
            throw new InvalidOperationException("The server does not have the locale ru_RU.UTF-8: install the package locales, and let ./test start the server.", exception);
        }
    }

    private static async Task<NpgsqlConnection> OpenAsync(Action<NpgsqlConnectionStringBuilder>? configure = null)
    {
        var builder = new NpgsqlConnectionStringBuilder(RealServers.PostgreSql) { Pooling = false };
        configure?.Invoke(builder);
        var connection = new NpgsqlConnection(builder.ConnectionString);
        try
        {
            await connection.OpenAsync(TestContext.Current.CancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private static async Task TerminateAsync(NpgsqlConnection administrator, int process)
    {
        await administrator.ExecuteAsync($"SELECT pg_terminate_backend({process})");
        await UntilGoneAsync(administrator, process);
    }

    private static Task UntilGoneAsync(NpgsqlConnection administrator, int process) => Patience.SoonAsync(
        async () => await administrator.ScalarAsync<int>($"SELECT count(*) FROM pg_stat_activity WHERE pid = {process}") == 0);

    private static Task UntilRunningAsync(NpgsqlConnection administrator, int process) => Patience.SoonAsync(
        async () => await administrator.ScalarAsync<int>($"SELECT count(*) FROM pg_stat_activity WHERE pid = {process} AND wait_event = 'PgSleep'") == 1);
}
