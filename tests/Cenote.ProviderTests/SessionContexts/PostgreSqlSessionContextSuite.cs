namespace Cenote.ProviderTests.SessionContexts;

/// <summary>PostgreSQL, for every kind of session reset.</summary>
public abstract class PostgreSqlSessionContextSuite : SessionContextSuite
{
    protected override string LookAtTrace => "SHOW application_name";

    protected override DatabaseProvider NewProvider() => new PostgreSqlProvider(RealServers.PostgreSql);

    protected override string Look(string name) => $"SELECT coalesce(current_setting('{name}', true), '')";

    protected override string Change(string name, string value) => $"SELECT set_config('{name}', '{value}', false)";

    protected override string SessionQuery => "SELECT pg_backend_pid()";

    protected override async Task KillAsync(string session)
    {
        await using var administrator = new NpgsqlConnection(RealServers.PostgreSql + ";Pooling=false");
        await administrator.OpenAsync(TestContext.Current.CancellationToken);
        await administrator.ExecuteAsync($"SELECT pg_terminate_backend({session}, 10000)");
    }

    [Theory, ClassData<EveryValue<ResetMode>>]
    public async Task A_role_is_there_for_one_lease(ResetMode mode)
    {
        var role = Statements.UniqueName("r");
        await using var pool = NewPool(mode);
        await pool.ExecuteAsync($"CREATE ROLE {role}");
        var user = await pool.ScalarAsync<string>("SELECT current_user");
        using (Tenant("7").WithRole(role).BeginScope())
        {
            Assert.Equal(role, await pool.ScalarAsync<string>("SELECT current_user"));
            await pool.ExecuteAsync("RESET ROLE");
            Assert.Equal(role, await pool.ScalarAsync<string>("SELECT current_user"));
        }

        Assert.Equal(user, await pool.ScalarAsync<string>("SELECT current_user"));
        using (Tenant("7").With("log_statement", "all").BeginScope())
        {
            // A setting that only a superuser may change, after a role that may not.
            Assert.Equal("all", await pool.ScalarAsync<string>("SHOW log_statement"));
        }
    }

    [Fact]
    public async Task A_server_setting_is_restored_to_its_initial_value()
    {
        await using var pool = NewPool(ResetMode.None);
        var initial = await pool.ScalarAsync<string>("SHOW search_path");
        using (SessionContext.Empty.With("search_path", "pg_catalog").BeginScope())
        {
            Assert.Equal("pg_catalog", await pool.ScalarAsync<string>("SHOW search_path"));
        }

        Assert.Equal(initial, await pool.ScalarAsync<string>("SHOW search_path"));
    }
}
