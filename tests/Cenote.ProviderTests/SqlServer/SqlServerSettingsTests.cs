using Microsoft.Data.SqlClient;

namespace Cenote.ProviderTests.SqlServer;

/// <summary>What becomes of the connection string and of credentials.</summary>
public sealed class SqlServerSettingsTests : SqlServerSuite
{
    [Theory]
    [InlineData("Max Pool Size=50", "MaxSize")]
    [InlineData("Min Pool Size=2", "MinSize")]
    [InlineData("Load Balance Timeout=60", "MaxLifetime")]
    [InlineData("Connection Lifetime=60", "MaxLifetime")]
    [InlineData("Connection Idle Timeout=60", "MaxIdleTime")]
    [InlineData("Connect Retry Count=1", "MaxOpenRetries")]
    [InlineData("Pool Blocking Period=AlwaysBlock", "CircuitBreaker")]
    public async Task Settings_that_could_not_take_effect_are_refused_with_the_fix(string setting, string fix)
    {
        await using var provider = new SqlServerProvider("Data Source=localhost;" + setting);
        Assert.Contains(fix, Assert.Single(provider.Validate(Settings())), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_string_without_a_server_is_refused()
    {
        await using var provider = new SqlServerProvider("Database=shop");
        Assert.Contains("Data Source", Assert.Single(provider.Validate(Settings())), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_that_do_not_go_together_are_refused_without_their_text()
    {
        await using var provider = new SqlServerProvider("Data Source=localhost;Authentication=ActiveDirectoryIntegrated;User ID=u;Password=the-secret");
        var problem = Assert.Single(provider.Validate(Settings()));
        Assert.Contains("Authentication", problem, StringComparison.Ordinal);
        Assert.DoesNotContain("the-secret", problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_usual_connection_string_has_no_problems()
    {
        await using var provider = new SqlServerProvider(
            "Server=tcp:shop.database.windows.net,1433;Database=shop;User ID=u;Password=p;Encrypt=True;TrustServerCertificate=False;MultipleActiveResultSets=False;Connection Timeout=30;Pooling=true");
        Assert.Empty(provider.Validate(Settings()));
        Assert.Equal("microsoft.sql_server", provider.DatabaseSystem);
        Assert.Equal("shop", provider.Database);
        Assert.DoesNotContain("Password", provider.ConnectionString, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_configure_callback_that_throws_is_reported_without_its_text()
    {
        await using var provider = new SqlServerProvider("Data Source=localhost", _ => throw new InvalidOperationException("the-secret"));
        var problem = Assert.Single(provider.Validate(Settings()));
        Assert.Contains("configure", problem, StringComparison.Ordinal);
        Assert.DoesNotContain("the-secret", problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_configure_callback_sees_each_connection_before_it_is_opened()
    {
        var seen = new List<SqlConnection>();
        await using var pool = new ConnectionPoolBuilder().WithConnectionString(Server.ConnectionString).UseSqlServer(seen.Add).WithSize(0, 1).Build();
        await using var lease = await pool.RentAsync(TestContext.Current.CancellationToken);
        Assert.Equal(2, seen.Count);
        Assert.Same(lease.Connection, seen[1]);
    }

    [Fact]
    public async Task The_builder_takes_the_connection_string_of_the_configuration()
    {
        await using var pool = new ConnectionPoolBuilder().WithConnectionString(Server.ConnectionString).UseSqlServer().WithSize(0, 1).Build();
        Assert.Equal(1, await pool.ScalarAsync<int>("SELECT 1"));
        Assert.Throws<InvalidOperationException>(() => new ConnectionPoolBuilder().UseSqlServer());
    }

    [Fact]
    public async Task A_rotated_password_is_asked_for_at_the_next_open()
    {
        var password = "first";
        Server.Refuse = login => login.Password == Volatile.Read(ref password) && login.User == "robot" ? null : (18456, 14);
        await using var pool = NewPool(configure: options =>
            options.CredentialsProvider = _ => new(new DatabaseCredentials("robot", Volatile.Read(ref password))));
        var first = await pool.ScalarAsync<int>("SELECT @@SPID");
        Volatile.Write(ref password, "second");
        pool.Clear();
        Assert.NotEqual(first, await pool.ScalarAsync<int>("SELECT @@SPID"));
    }

    // The driver would log in as the process's own user and never look at them.
    [Fact]
    public async Task Credentials_go_before_integrated_security()
    {
        Server.Refuse = _ => null;
        await using var pool = NewPool(
            configure: options => options.CredentialsProvider = _ => new(new DatabaseCredentials("robot", "right")),
            connectionString: FormattableString.Invariant($"Data Source=127.0.0.1,{Server.Port};Integrated Security=true;Encrypt=Optional"));
        Assert.Equal(1, await pool.ScalarAsync<int>("SELECT 1"));
        Assert.Equal(("robot", "right"), Assert.Single(Server.Logins) is var login ? (login.User, login.Password) : default);
    }

    [Fact]
    public async Task The_connection_string_of_a_lease_never_shows_the_password()
    {
        await using var pool = NewPool(connectionString: Server.ConnectionString + ";Persist Security Info=true");
        await using var lease = await pool.RentAsync(TestContext.Current.CancellationToken);
        Assert.DoesNotContain("right", lease.Connection.ConnectionString, StringComparison.Ordinal);
        Assert.All(new[] { pool.Name, pool.ConnectionString, pool.Provider.DataSource }, text => Assert.DoesNotContain("right", text, StringComparison.Ordinal));
    }

    [Theory, ClassData<EveryValue<SessionReset>>]
    public async Task A_short_connect_timeout_of_the_connection_string_holds(SessionReset clearing)
    {
        await using var provider = new SqlServerProvider("Data Source=localhost;Connect Timeout=2");
        var physical = provider.CreateConnection(Settings(clearing) with { ConnectTimeout = TimeSpan.FromSeconds(15) });
        Assert.Equal(2, physical.Connection.ConnectionTimeout);
        await physical.CloseAsync();
    }
}
