using Microsoft.Data.Sqlite;
using MySqlConnector;

namespace Cenote.ProviderTests;

/// <summary>The provider for any driver, with drivers that have one of their own as well.</summary>
public sealed class AdoNetProviderTests
{
    [Fact]
    public async Task A_driver_that_has_a_reset_statement_gets_a_full_reset()
    {
        await using var pool = new ConnectionPool(
            new AdoNetProvider(NpgsqlFactory.Instance, RealServers.PostgreSql, new AdoNetProviderOptions
            {
                ConnectionStringOverrides = "Pooling=false",
                ResetCommand = "DISCARD ALL",
            }),
            new ConnectionPoolOptions { MinSize = 0, MaxSize = 1 });
        await pool.ExecuteAsync("SET app.tenant = '7'");
        Assert.Equal("", await pool.ScalarAsync<string>("SELECT current_setting('app.tenant', true)"));
        Assert.Equal(1, pool.GetStatistics().ConnectionsOpened);
        Assert.DoesNotContain("Password", pool.ConnectionString, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Credentials_go_under_the_keywords_that_the_options_name()
    {
        var administrator = new MySqlConnectionStringBuilder(RealServers.MySql);
        await using var pool = new ConnectionPool(
            new AdoNetProvider(
                MySqlConnectorFactory.Instance,
                new MySqlConnectionStringBuilder { Server = administrator.Server, Port = administrator.Port, UserID = "none" }.ConnectionString,
                new AdoNetProviderOptions
                {
                    ConnectionStringOverrides = "Pooling=false",
                    RollbackCommand = "ROLLBACK",
                    UserNameKeyword = "User ID",
                    PasswordKeyword = "Password",
                }),
            new ConnectionPoolOptions
            {
                MinSize = 0,
                ResetMode = ResetMode.Rollback,
                CredentialsProvider = _ => new(new DatabaseCredentials(administrator.UserID, administrator.Password)),
            });
        Assert.StartsWith(administrator.UserID + "@", await pool.ScalarAsync<string>("SELECT CURRENT_USER()"), StringComparison.Ordinal);
    }

    [Fact]
    public void Each_missing_statement_is_named_with_its_fix()
    {
        var provider = new AdoNetProvider(SqliteFactory.Instance, "Data Source=x.db", new AdoNetProviderOptions { ValidationCommand = "" });
        AssertNamed(provider.Validate(Settings(ResetMode.Full)), "ValidationCommand");
        AssertNamed(provider.Validate(Settings(ResetMode.Rollback)), "RollbackCommand", "ValidationCommand");
        AssertNamed(provider.Validate(Settings(ResetMode.None)), "ValidationCommand");
    }

    [Fact]
    public void The_driver_s_reset_is_refused()
    {
        var provider = new AdoNetProvider(SqliteFactory.Instance, "Data Source=x.db");
        var problem = Assert.Single(provider.Validate(Settings(ResetMode.None) with { SessionReset = SessionReset.ByDriver }));
        Assert.Contains("ByPool", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Failures_can_be_classified_by_the_application()
    {
        var provider = new AdoNetProvider(SqliteFactory.Instance, "Data Source=x.db", new AdoNetProviderOptions
        {
            FailureClassifier = exception => exception is SqliteException { SqliteErrorCode: 5 } ? FailureKind.Transient : null,
        });
        Assert.Equal(FailureKind.Transient, provider.ClassifyFailure(new SqliteException("busy", 5)));
        Assert.Equal(FailureKind.Other, provider.ClassifyFailure(new SqliteException("error", 1)));
        Assert.Equal(FailureKind.ConnectionLost, provider.ClassifyFailure(new IOException()));
    }

    private static void AssertNamed(IEnumerable<string> problems, params string[] settings) =>
        Assert.Collection(
            problems,
            [.. settings.Select<string, Action<string>>(setting => problem => Assert.Contains("AdoNetProviderOptions." + setting, problem, StringComparison.Ordinal))]);

    private static ConnectionSettings Settings(ResetMode mode) => new()
    {
        SessionReset = SessionReset.ByPool,
        ResetMode = mode,
        ConnectTimeout = TimeSpan.FromSeconds(1),
    };
}
