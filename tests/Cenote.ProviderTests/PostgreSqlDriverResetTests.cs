namespace Cenote.ProviderTests;

/// <summary>PostgreSQL with Npgsql's own reset, which is the default.</summary>
public sealed class PostgreSqlDriverResetTests : PostgreSqlSuite
{
    // Npgsql rolls back in any case.
    protected override bool NoneLeavesTransactions => false;

    [Fact]
    public async Task It_is_the_default()
    {
        await using var provider = NewProvider();
        Assert.Equal(SessionReset.ByDriver, provider.DefaultSessionReset);
    }

    [Theory]
    [InlineData(true, SessionReset.ByDriver)]
    [InlineData(false, SessionReset.ByPool)]
    public async Task Several_hosts_need_the_own_reset_only_without_internals(bool usesInternals, SessionReset expected)
    {
        await using var provider = new PostgreSqlProvider("Host=a,b;Database=shop", configure: null, usesInternals);
        Assert.Equal(expected, provider.DefaultSessionReset);
        Assert.Equal(expected == SessionReset.ByPool, provider.Validate(NewSettings(provider) with { SessionReset = SessionReset.ByDriver }).Any(static problem => problem.Contains("hosts", StringComparison.Ordinal)));
    }

    // Npgsql reads the keys of a result on a second connection of the slot's data source, and then closes it as one too
    // many.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Keys_of_a_result_are_read_and_one_session_stays(bool isRaw)
    {
        var table = await NewTableAsync("id INTEGER PRIMARY KEY");
        await using var pool = NewPool(new PostgreSqlProvider(new NpgsqlConnectionStringBuilder(RealServers.PostgreSql) { ApplicationName = table }.ConnectionString), ResetMode.Full);
        await using (var connection = await pool.OpenConnectionAsync(TestContext.Current.CancellationToken))
        {
            await using var command = (isRaw ? connection.Unwrap<NpgsqlConnection>() : (DbConnection)connection).CreateCommand();
            command.CommandText = $"SELECT id FROM {table}";
            await using var reader = await command.ExecuteReaderAsync(CommandBehavior.KeyInfo, TestContext.Current.CancellationToken);
            var schema = await reader.GetSchemaTableAsync(TestContext.Current.CancellationToken);
            Assert.True((bool)schema!.Rows[0]["IsKey"]);
        }

        await using var other = await ConnectAsync();
        await Patience.SoonAsync(async () => await other.ScalarAsync<int>($"SELECT count(*) FROM pg_stat_activity WHERE application_name = '{table}'") == 1);
        Assert.Equal(1, await pool.ScalarAsync<int>("SELECT 1"));
        Assert.Equal(1, pool.GetStatistics().ConnectionsOpened);
    }

    [Theory]
    [InlineData("Multiplexing=true", "Multiplexing")]
    [InlineData("No Reset On Close=true", "No Reset On Close")]
    [InlineData("Maximum Pool Size=50", "Maximum Pool Size")]
    [InlineData("Minimum Pool Size=2", "Minimum Pool Size")]
    [InlineData("Connection Lifetime=60", "Connection Lifetime")]
    [InlineData("Keepalive=10", "Keepalive")]
    public Task Settings_that_could_not_take_effect_are_refused(string setting, string named) =>
        AssertRefusedAsync(new PostgreSqlProvider("Host=localhost;" + setting), named);

    [Fact]
    public async Task A_plain_connection_string_has_no_problems()
    {
        await using var provider = new PostgreSqlProvider("Host=localhost;Database=shop;Username=u;Password=p;Pooling=true;Timeout=5");
        Assert.Empty(provider.Validate(NewSettings(provider)));
    }

    [Fact]
    public async Task A_configure_callback_that_throws_is_reported_without_its_text()
    {
        await using var provider = new PostgreSqlProvider("Host=localhost", _ => throw new InvalidOperationException("the-secret"));
        var problem = Assert.Single(provider.Validate(NewSettings(provider)));
        Assert.Contains("configure", problem, StringComparison.Ordinal);
        Assert.DoesNotContain("the-secret", problem, StringComparison.Ordinal);
    }
}
