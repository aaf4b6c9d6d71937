using MySqlConnector;

namespace Cenote.ProviderTests.SessionContexts;

/// <summary>MariaDB, whose settings are user variables.</summary>
public sealed class MariaDbContextTests : SessionContextSuite
{
    protected override SessionReset Way => SessionReset.ByPool;

    protected override string LookAtTrace => "SELECT CAST(coalesce(@traceparent, '') AS CHAR)";

    protected override DatabaseProvider NewProvider() => new MySqlProvider(RealServers.MySql + ";Allow User Variables=true");

    protected override string Look(string name) => $"SELECT CAST(coalesce(@`{name}`, '') AS CHAR)";

    protected override string Change(string name, string value) => $"SET @`{name}` = '{value}'";

    protected override string SessionQuery => "SELECT connection_id()";

    protected override async Task KillAsync(string session)
    {
        await using var administrator = new MySqlConnection(RealServers.MySql + ";Pooling=false");
        await administrator.OpenAsync(TestContext.Current.CancellationToken);
        await administrator.ExecuteAsync($"KILL {session}");
        await Patience.SoonAsync(async () => await administrator.ScalarAsync<int>($"SELECT count(*) FROM information_schema.processlist WHERE id = {session}") == 0);
    }

    [Fact]
    public async Task A_role_is_there_for_one_lease()
    {
        var role = Statements.UniqueName("r");
        await using var pool = NewPool(ResetMode.Full);
        await pool.ExecuteAsync($"CREATE ROLE `{role}`");
        await using var fresh = NewPool(ResetMode.Full);
        const string Look = "SELECT coalesce(current_role(), '')";
        using (SessionContext.Empty.WithRole(role).BeginScope())
        {
            Assert.Equal(role, await fresh.ScalarAsync<string>(Look));
            await fresh.ExecuteAsync("SET ROLE NONE");
            Assert.Equal(role, await fresh.ScalarAsync<string>(Look));
        }

        Assert.Equal("", await fresh.ScalarAsync<string>(Look));
    }

    [Fact]
    public async Task A_role_granted_after_the_open_ends_with_its_lease()
    {
        var (role, user) = (Statements.UniqueName("r"), Statements.UniqueName("u"));
        await using var administrator = NewPool(ResetMode.Full);
        await administrator.ExecuteAsync($"CREATE USER {user} IDENTIFIED BY 'p'");
        try
        {
            var login = new MySqlConnectionStringBuilder(RealServers.MySql) { UserID = user, Password = "p", Database = "" };
            await using var pool = new ConnectionPool(new MySqlProvider(login.ConnectionString), new ConnectionPoolOptions { MinSize = 0, MaxSize = 1 });
            const string Look = "SELECT coalesce(current_role(), '')";
            Assert.Equal("", await pool.ScalarAsync<string>(Look));
            await administrator.ExecuteAsync($"CREATE ROLE {role}");
            await administrator.ExecuteAsync($"GRANT {role} TO {user}");
            using (SessionContext.Empty.WithRole(role).BeginScope())
            {
                Assert.Equal(role, await pool.ScalarAsync<string>(Look));
            }

            Assert.Equal("", await pool.ScalarAsync<string>(Look));
            Assert.Equal(1, pool.GetStatistics().ConnectionsOpened);
        }
        finally
        {
            await administrator.ExecuteAsync($"DROP USER {user}");
        }
    }

    [Fact]
    public async Task A_role_needs_a_full_reset()
    {
        await using var pool = NewPool(ResetMode.Rollback);
        var refusal = await Assert.ThrowsAsync<NotSupportedException>(async () => await pool.RentAsync(SessionContext.Empty.WithRole("reader"), TestContext.Current.CancellationToken));
        Assert.Contains("ResetMode.Full", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(0, pool.GetStatistics().Rents);
    }

    [Fact]
    public async Task Settings_need_no_user_variables_in_the_connection_string()
    {
        await using var pool = new ConnectionPool(new MySqlProvider(RealServers.MySql));
        await using var lease = await pool.RentAsync(Tenant("7"), TestContext.Current.CancellationToken);
        var function = Statements.UniqueName("f");
        await lease.Connection.ExecuteAsync("SELECT 1");
        await using var administrator = new MySqlConnection(RealServers.MySql + ";Pooling=false;Allow User Variables=true");
        await administrator.OpenAsync(TestContext.Current.CancellationToken);
        await administrator.ExecuteAsync($"CREATE FUNCTION {function}() RETURNS TEXT RETURN @`app.tenant`");
        Assert.Equal("7", await lease.Connection.ScalarAsync<string>($"SELECT {function}()"));
    }
}
