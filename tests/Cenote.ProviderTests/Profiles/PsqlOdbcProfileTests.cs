using System.Data.Odbc;

namespace Cenote.ProviderTests.Profiles;

/// <summary>PostgreSQL through psqlODBC.</summary>
public sealed class PsqlOdbcProfileTests : ServerProfileSuite
{
    protected override string Driver => "psqlODBC";

    protected override Type ConnectionType => typeof(OdbcConnection);

    protected override string Brief => "SELECT pg_sleep(0.01)";

    protected override string Endless => "SELECT pg_sleep(60)";

    protected override string SessionQuery => "SELECT pg_backend_pid()";

    protected override (string Look, string Trace) SessionState =>
        ("SELECT count(*) FROM pg_class WHERE relname = 'traces' AND relpersistence = 't' AND pg_table_is_visible(oid)", "CREATE TEMP TABLE traces (id integer)");

    protected override string Placeholder(string name) => "?";

    protected override AdoNetProvider NewProfile(Action<AdoNetProviderOptions>? configure = null) =>
        AdoNetProvider.For(OdbcFactory.Instance, OdbcDrivers.PostgreSql(), configure);

    protected override AdoNetProvider NewProfile(string password) => AdoNetProvider.For(OdbcFactory.Instance, OdbcDrivers.PostgreSql(password: password));

    private protected override async Task KillAsync(long session)
    {
        await using var administrator = new NpgsqlConnection(RealServers.PostgreSql + ";Pooling=false");
        await administrator.OpenAsync(Stop);
        await administrator.ScalarAsync<bool>($"SELECT pg_terminate_backend({session}, 60000)");
    }

    // The driver sends a level only when it differs from the one before.
    [Fact]
    public async Task Every_lease_gets_the_isolation_level_that_it_asks_for()
    {
        await using var pool = NewPool();
        for (var i = 0; i < 3; i++)
        {
            await using var connection = await pool.OpenConnectionAsync(Stop);
            await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.Serializable, Stop);
            await using var command = connection.CreateCommand();
            (command.Transaction, command.CommandText) = (transaction, "SHOW transaction_isolation");
            Assert.Equal("serializable", await command.ExecuteScalarAsync(Stop));
        }
    }

    [Fact]
    public async Task A_commit_that_finds_a_unique_violation_is_answered()
    {
        var table = await NewTableAsync("id integer UNIQUE DEFERRABLE INITIALLY DEFERRED");
        await using var pool = NewPool();
        var failure = await Assert.ThrowsAsync<OdbcException>(() => pool.ExecuteAsync(
            async (connection, _) =>
            {
                await using var transaction = await connection.BeginTransactionAsync(Stop);
                await RunAsync(connection, transaction, $"INSERT INTO {table} VALUES (1), (1)");
                await transaction.CommitAsync(Stop);
            },
            Repeated,
            Stop));

        Assert.Equal("23505", failure.Errors[0].SQLState);
    }

    [Fact]
    public async Task A_missing_database_fails_at_the_first_try()
    {
        var text = new OdbcConnectionStringBuilder(OdbcDrivers.PostgreSql()) { ["Database"] = "no_such_database" }.ConnectionString;
        await using var pool = NewPool(AdoNetProvider.For(OdbcFactory.Instance, text), ResetMode.Full, configure: static options => options.MaxOpenRetries = 3);
        var failure = await Assert.ThrowsAsync<ConnectionOpenException>(() => pool.RentAsync(Stop).AsTask());
        Assert.Equal((FailureKind.InvalidConfiguration, 1), (failure.Failure.Kind, failure.Failure.Attempts));
    }

    // As ODBC reads them: quotes belong to the value, and braces stand around it.
    [Theory]
    [InlineData("'q'")]
    [InlineData("a;b")]
    [InlineData("{a}")]
    [InlineData("a}b;c")]
    public async Task A_password_of_special_characters_is_read_as_ODBC_does(string password)
    {
        var user = Statements.UniqueName("u");
        await using var administrator = new NpgsqlConnection(RealServers.PostgreSql + ";Pooling=false");
        await administrator.OpenAsync(Stop);
        await administrator.ExecuteAsync($"CREATE USER {user} PASSWORD '{password.Replace("'", "''", StringComparison.Ordinal)}'");
        try
        {
            var written = password[0] == '{' || password.Contains(';', StringComparison.Ordinal) ? $"{{{password.Replace("}", "}}", StringComparison.Ordinal)}}}" : password;
            var text = OdbcDrivers.PostgreSql(user, "here").Replace("here", written, StringComparison.Ordinal);
            await using (var pool = NewPool(AdoNetProvider.For(OdbcFactory.Instance, text), ResetMode.Full))
            {
                Assert.Equal(user, await pool.ScalarAsync<string>("SELECT current_user"));
            }

            await using (var pool = NewPool(NewProfile(), ResetMode.Full, configure: options =>
                options.CredentialsProvider = _ => new(new DatabaseCredentials(user, password))))
            {
                Assert.Equal(user, await pool.ScalarAsync<string>("SELECT current_user"));
            }
        }
        finally
        {
            await administrator.ExecuteAsync($"DROP USER {user}");
        }
    }

    [Fact]
    public Task A_late_cancel_does_not_reach_the_next_statement() => AssertLateCancelsMissAsync();
}
