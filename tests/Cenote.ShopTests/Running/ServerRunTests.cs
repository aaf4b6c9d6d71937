using System.Data.Common;
using MySqlConnector;
using Npgsql;

namespace Cenote.ShopTests.Running;

public sealed class ServerRunTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public Task A_run_on_PostgreSQL_succeeds() => SucceedsAsync("postgresql", Servers.PostgreSql);

    [Fact]
    public Task A_run_on_MariaDB_succeeds() => SucceedsAsync("mysql", Servers.MySql);

    [Fact]
    public Task A_wrong_password_for_PostgreSQL_is_reported_without_it() => FailsWithoutPasswordAsync(
        "postgresql", new NpgsqlConnectionStringBuilder(Servers.PostgreSql) { Password = "hunter-two-and-a-half" }.ConnectionString);

    [Fact]
    public Task A_wrong_password_for_MariaDB_is_reported_without_it() => FailsWithoutPasswordAsync(
        "mysql", new MySqlConnectionStringBuilder(Servers.MySql) { Password = "hunter-two-and-a-half" }.ConnectionString);

    [Fact]
    public Task A_missing_PostgreSQL_is_reported() =>
        FailsWithoutPasswordAsync("postgresql", "Host=127.0.0.1;Port=1;Username=me;Password=hunter-two-and-a-half;Database=shop");

    [Fact]
    public Task A_missing_MariaDB_is_reported() =>
        FailsWithoutPasswordAsync("mysql", "Server=127.0.0.1;Port=1;User ID=me;Password=hunter-two-and-a-half;Database=shop");

    [Fact]
    public Task Sessions_that_PostgreSQL_ends_at_any_moment_lose_no_order() => SurvivesAsync(
        "postgresql",
        Servers.PostgreSql,
        NpgsqlFactory.Instance,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");

    [Fact]
    public Task Sessions_that_MariaDB_ends_at_any_moment_lose_no_order() => SurvivesAsync(
        "mysql",
        Servers.MySql,
        MySqlConnectorFactory.Instance,
        """
        BEGIN NOT ATOMIC
          DECLARE CONTINUE HANDLER FOR 1094 BEGIN END; -- It has ended by itself meanwhile.
          FOR session IN (SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()) DO
            KILL session.id;
          END FOR;
        END
        """);

    private async Task SurvivesAsync(string provider, string connection, DbProviderFactory factory, string endSessions)
    {
        var json = _folder.File("report.json");
        using var run = ProgramRun.Start("--seconds", "6", "--provider", provider, "--connection", connection, "--json", json);
        await using var killer = factory.CreateConnection()!;
        killer.ConnectionString = connection;
        await killer.OpenAsync(TestContext.Current.CancellationToken);
        for (var time = 0; time < 3; time++)
        {
            await run.WaitForLineAsync("op/s");
            await using var command = killer.CreateCommand();
            command.CommandText = endSessions;
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        await run.EndAsync();

        Assert.True(run.ExitCode == 0, run.Output + run.Errors);
        var report = Report.Read(json);
        Assert.True(report.At("ok").GetBoolean());
        Assert.NotEmpty(report.At("errors").EnumerateArray());
        Assert.True(report.At("pool", "closed", "connection_lost").GetInt64() > 0);
    }

    private async Task SucceedsAsync(string provider, string connection)
    {
        var json = _folder.File("report.json");
        using var run = await ProgramRun.RunAsync("--seconds", "2", "--provider", provider, "--connection", connection, "--json", json);

        Assert.True(run.ExitCode == 0, run.Output + run.Errors);
        var report = Report.Read(json);
        Assert.True(report.At("ok").GetBoolean());
        Assert.Equal(provider, report.At("settings", "provider").GetString());
        Assert.True(report.At("operations", "place_order", "done").GetInt64() > 0);
        Assert.True(report.At("operations", "reprice", "done").GetInt64() > 0);
        Assert.Equal("mixed", report.At("settings", "pools").GetString());
        Assert.True(report.At("pool", "rents").GetInt64() > 0);
        Assert.Empty(report.At("errors").EnumerateArray());
    }

    private static async Task FailsWithoutPasswordAsync(string provider, string connection)
    {
        using var run = await ProgramRun.RunAsync("--seconds", "1", "--provider", provider, "--connection", connection);

        Assert.True(run.ExitCode == 3, run.Output + run.Errors);
        Assert.Contains("cannot be reached", run.Errors);
        Assert.Contains("127.0.0.1", run.Errors);
        Assert.DoesNotContain("hunter", run.Output + run.Errors);
    }
}
