namespace Cenote.ProviderTests.Oracle;

/// <summary>What becomes of the connection string, credentials and the server's own word on its role.</summary>
public sealed class OracleSettingsTests
{
    private readonly FakeOracleDatabase _database = new();

    private OracleProvider NewProvider(string connectionString = "User Id=scott;Password=tiger;Data Source=//db/shop", OracleProviderOptions? options = null) =>
        new(new FakeOracleFactory(_database), connectionString, options);

    private static ConnectionSettings Settings(ResetMode mode = ResetMode.Full, SessionReset clearing = SessionReset.ByPool) => new()
    {
        SessionReset = clearing,
        ResetMode = mode,
        ConnectTimeout = TimeSpan.FromSeconds(15),
    };

    [Theory]
    [InlineData("Min Pool Size=2", "MinSize")]
    [InlineData("Max Pool Size=50", "MaxSize")]
    [InlineData("Incr Pool Size=5", "MaxConcurrentOpens")]
    [InlineData("Decr Pool Size=2", "MaxIdleTime")]
    [InlineData("Connection Lifetime=60", "MaxLifetime")]
    [InlineData("Validate Connection=true", "ValidationInterval")]
    [InlineData("Enlist=true", "OracleConnection of your own")]
    [InlineData("Enlist=dynamic", "OracleConnection of your own")]
    [InlineData("HA Events=true", "ValidationInterval")]
    [InlineData("Load Balancing=true", "LOAD_BALANCE")]
    public async Task Settings_that_could_not_take_effect_are_refused_with_the_fix(string setting, string fix)
    {
        await using var provider = NewProvider("Data Source=//db/shop;" + setting);
        Assert.Contains(fix, Assert.Single(provider.Validate(Settings())), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Enlist=false;HA Events=false;Load Balancing=False")]
    [InlineData("Enlist=no;Pooling=true;Statement Cache Size=20")]
    public async Task Settings_that_only_repeat_the_pool_s_own_are_allowed(string settings)
    {
        await using var provider = NewProvider("Data Source=//db/shop;" + settings);
        Assert.Empty(provider.Validate(Settings()));
    }

    [Fact]
    public async Task What_cannot_work_is_named()
    {
        await using var provider = NewProvider("User Id=scott", new OracleProviderOptions { ResetStatements = "NULL;" });
        Assert.Collection(
            provider.Validate(Settings(ResetMode.Rollback, SessionReset.ByDriver)),
            problem => Assert.Contains("ByPool", problem, StringComparison.Ordinal),
            problem => Assert.Contains("ResetStatements", problem, StringComparison.Ordinal),
            problem => Assert.Contains("Data Source", problem, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_driver_s_pooling_and_enlisting_are_off_and_a_lease_shows_no_password()
    {
        await using var pool = new ConnectionPoolBuilder().WithConnectionString("User Id=scott;Password=tiger;Data Source=//db/shop;Pooling=true;Persist Security Info=true")
            .UseOracle(new FakeOracleFactory(_database)).WithSize(0, 1).Build();
        await using var lease = await pool.RentAsync(TestContext.Current.CancellationToken);
        var given = new DbConnectionStringBuilder { ConnectionString = _database.LastConnectionString };
        Assert.Equal(("false", "false"), ((string)given["Pooling"], (string)given["Enlist"]));
        Assert.All(
            new[] { lease.Connection.ConnectionString, pool.Name, pool.ConnectionString, pool.Provider.DataSource },
            text => Assert.DoesNotContain("tiger", text, StringComparison.Ordinal));
        Assert.Equal("//db/shop", pool.Provider.DataSource);
        Assert.Equal("oracle.db", pool.Provider.DatabaseSystem);
    }

    [Fact]
    public void A_keyword_that_the_driver_does_not_know_is_refused_without_its_text()
    {
        var exception = Assert.Throws<ArgumentException>(() => NewProvider("Data Source=//db/shop;geheim=xyz"));
        Assert.DoesNotContain("geheim", exception.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rotated_password_is_asked_for_at_the_next_open_and_a_refused_one_fails_at_once()
    {
        var password = "first";
        _database.Password = "first";
        await using var pool = new ConnectionPool(NewProvider(), new ConnectionPoolOptions
        {
            MinSize = 0,
            MaxSize = 1,
            CredentialsProvider = _ => new(new DatabaseCredentials("robot", Volatile.Read(ref password))),
        });
        Assert.Equal(1, await pool.ScalarAsync<int>("SELECT SID FROM DUAL"));
        Assert.Contains("User Id=robot", _database.LastConnectionString, StringComparison.OrdinalIgnoreCase);

        _database.Password = "second";
        Volatile.Write(ref password, "second");
        pool.Clear();
        Assert.Equal(2, await pool.ScalarAsync<int>("SELECT SID FROM DUAL"));

        Volatile.Write(ref password, "wrong-7391");
        pool.Clear();
        var exception = await Assert.ThrowsAsync<ConnectionOpenException>(() => pool.RentAsync(TestContext.Current.CancellationToken).AsTask());
        Assert.Equal(FailureKind.InvalidCredentials, exception.Failure.Kind);
        Assert.Equal(1, exception.Failure.Attempts);
        Assert.DoesNotContain("wrong-7391", exception.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PRIMARY", "READ WRITE", null, ServerRole.Primary, null)]
    [InlineData("PRIMARY", "READ ONLY", null, ServerRole.Unknown, null)]
    [InlineData("PHYSICAL STANDBY", "READ ONLY WITH APPLY", "+00 00:00:05", ServerRole.Replica, 5)]
    [InlineData("PHYSICAL STANDBY", "READ ONLY", "+01 02:00:00", ServerRole.Replica, 93600)]
    [InlineData("PHYSICAL STANDBY", "READ ONLY", null, ServerRole.Replica, null)]
    [InlineData("PHYSICAL STANDBY", "MOUNTED", null, ServerRole.Unknown, null)]
    [InlineData("LOGICAL STANDBY", "READ WRITE", "odd", ServerRole.Replica, null)]
    [InlineData("SNAPSHOT STANDBY", "READ WRITE", null, ServerRole.Unknown, null)]
    public async Task A_server_returns_its_role_and_lag(string role, string openMode, string? lag, ServerRole expected, int? seconds)
    {
        (_database.Role, _database.OpenMode, _database.ApplyLag) = (role, openMode, lag);
        Assert.Equal(new ServerStatus { Role = expected, Lag = seconds is { } whole ? TimeSpan.FromSeconds(whole) : null }, await ReadStatusAsync());
    }

    [Fact]
    public async Task A_user_without_rights_learns_the_role_only()
    {
        (_database.Role, _database.HidesViews, _database.ApplyLag) = ("PHYSICAL STANDBY", true, "+00 00:00:05");
        Assert.Equal(new ServerStatus { Role = ServerRole.Replica }, await ReadStatusAsync());
    }

    [Fact]
    public async Task A_provider_without_roles_returns_unknown()
    {
        await using var provider = new AdoNetProvider(new FakeOracleFactory(_database), "Data Source=x");
        Assert.Equal(ServerStatus.Unknown, await provider.ReadStatusAsync(new FakeOracleConnection(_database), TestContext.Current.CancellationToken));
        Assert.Equal(ServerRole.Unknown, ServerStatus.Unknown.Role);
    }

    private async Task<ServerStatus> ReadStatusAsync()
    {
        await using var pool = new ConnectionPool(NewProvider(), new ConnectionPoolOptions { MinSize = 0 });
        await using var lease = await pool.RentAsync(TestContext.Current.CancellationToken);
        return await pool.Provider.ReadStatusAsync(lease.Connection, TestContext.Current.CancellationToken);
    }
}
