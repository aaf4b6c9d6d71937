using System.Text.Json;
using Cenote.Testing;
using Microsoft.Data.Sqlite;
using MySqlConnector;
using Npgsql;

namespace Cenote.CliTests.Checking;

/// <summary>The program beside real databases.</summary>
public sealed class CheckTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task PostgreSQL_is_described_as_its_own_answers_say_and_a_reset_clears_everything()
    {
        await using var connection = new NpgsqlConnection(RealServers.PostgreSql);
        await connection.OpenAsync();
        var room = int.Parse(await AskAsync(connection, "SHOW max_connections")) - int.Parse(await AskAsync(connection, "SHOW superuser_reserved_connections"));

        using var run = await CheckAsync("postgresql", RealServers.PostgreSqlOrdinary);

        Assert.True(run.ExitCode == 0, run.Output + run.Errors);
        Assert.Contains(await AskAsync(connection, "SHOW server_version"), run.Output);
        Assert.Contains($"{room} connections, ", run.Output);
        Assert.Contains("none that can be seen", run.Output);

        // What the server has, not what the check's own pool has set.
        Assert.Equal("0", await AskAsync(connection, "SHOW statement_timeout"));
        Assert.Contains("No statement_timeout", run.Output);
        Assert.Equal(8, CountOf(run, "cleared"));
        Assert.DoesNotContain(new NpgsqlConnectionStringBuilder(RealServers.PostgreSqlOrdinary).Password!, run.Output + run.Errors);
    }

    [Fact]
    public async Task MariaDB_is_described_as_its_own_answers_say_and_a_reset_clears_everything()
    {
        await using var connection = new MySqlConnection(RealServers.MySql);
        await connection.OpenAsync();

        using var run = await CheckAsync("mysql", RealServers.MySql);

        Assert.True(run.ExitCode == 0, run.Output + run.Errors);
        Assert.Contains(await AskAsync(connection, "SELECT VERSION()"), run.Output);
        Assert.Contains($"{await AskAsync(connection, "SELECT @@max_connections")} connections, ", run.Output);
        Assert.Equal(7, CountOf(run, "cleared"));
        Assert.DoesNotContain(new MySqlConnectionStringBuilder(RealServers.MySql).Password, run.Output + run.Errors);
    }

    [Fact]
    public async Task A_script_gets_JSON_of_a_SQLite_file()
    {
        await using var file = new SqliteConnection($"Data Source={_folder.File("check.db")};Pooling=False");
        await file.OpenAsync();
        await AskAsync(file, "CREATE TABLE t (id int); SELECT 1");

        using var run = await ProgramRun.RunAsync("check", "sqlite", "--json", "--connection", $"Data Source={_folder.File("check.db")}");

        Assert.True(run.ExitCode == 0, run.Output + run.Errors);
        Assert.Equal("delete", await AskAsync(file, "PRAGMA journal_mode"));
        var report = JsonDocument.Parse(run.Output).RootElement;
        Assert.True(report.GetProperty("ok").GetBoolean());
        var reset = report.GetProperty("rows").EnumerateArray().Where(static row => row.GetProperty("section").GetString() == "reset").ToList();
        Assert.Equal(3, reset.Count);
        Assert.All(reset, static row => Assert.Equal("cleared", row.GetProperty("value").GetString()));
        Assert.Contains(report.GetProperty("findings").EnumerateArray(), static finding => finding.GetProperty("level").GetString() == "note");
    }

    [Fact]
    public async Task A_SQLite_file_that_does_not_exist_is_not_created()
    {
        using var run = await ProgramRun.RunAsync("check", "sqlite", "--connection", $"Data Source={_folder.File("missing.db")}");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("missing.db", run.Errors);
        Assert.False(File.Exists(_folder.File("missing.db")));
    }

    [Fact]
    public async Task A_role_that_is_nearly_full_is_warned_of()
    {
        var role = "check_" + Guid.NewGuid().ToString("N");
        await using var connection = new NpgsqlConnection(RealServers.PostgreSql);
        await connection.OpenAsync();
        await ExecuteAsync(connection, $"CREATE ROLE {role} LOGIN PASSWORD 'narrow' CONNECTION LIMIT 2");
        try
        {
            using var run = await CheckAsync("postgresql", new NpgsqlConnectionStringBuilder(RealServers.PostgreSql) { Username = role, Password = "narrow" }.ConnectionString);

            Assert.True(run.ExitCode == 0, run.Output + run.Errors);
            Assert.Contains("1 of 2 connections are in use (CONNECTION LIMIT of the role)", run.Output);
        }
        finally
        {
            await ExecuteAsync(connection, $"DROP ROLE {role}");
        }
    }

    [Fact]
    public async Task A_role_without_room_is_checked_on_its_one_connection()
    {
        var role = "check_" + Guid.NewGuid().ToString("N");
        await using var connection = new NpgsqlConnection(RealServers.PostgreSql);
        await connection.OpenAsync();
        await ExecuteAsync(connection, $"CREATE ROLE {role} LOGIN PASSWORD 'narrow' CONNECTION LIMIT 1");
        try
        {
            using var run = await CheckAsync("postgresql", new NpgsqlConnectionStringBuilder(RealServers.PostgreSql) { Username = role, Password = "narrow" }.ConnectionString);

            Assert.True(run.ExitCode == 0, run.Output + run.Errors);
            Assert.Contains("1 of 1 connections are in use (CONNECTION LIMIT of the role)", run.Output);
            Assert.Contains("not measured", run.Output);
        }
        finally
        {
            await ExecuteAsync(connection, $"DROP ROLE {role}");
        }
    }

    // Needs pgbouncer of the system.
    [Fact]
    public async Task A_proxy_that_keeps_sessions_is_recognized()
    {
        await using var server = await TestServers.PostgreSqlServer.StartNewAsync();
        await using var bouncer = await TestServers.PgBouncer.StartAsync(server, "pool_mode = transaction", "ignore_startup_parameters = options");

        using var run = await CheckAsync("postgresql", bouncer.ConnectionString);

        Assert.Contains("yes: another process answers than the login named", run.Output);
        Assert.Contains("docs/proxies.md", run.Output);
        Assert.DoesNotContain("cleared", run.Output);
        Assert.Contains("not tried: a proxy is in between", run.Output);
    }

    // Needs pgpool2 of the system.
    [Fact]
    public async Task A_pgpool_with_the_ids_of_its_server_is_recognized_by_its_port()
    {
        await using var server = await TestServers.PostgreSqlServer.StartNewAsync();
        await using var pgpool = await TestServers.Pgpool.StartAsync([server]);

        using var run = await CheckAsync("postgresql", pgpool.ConnectionString("admin"));

        Assert.Contains($"the client connects to port {pgpool.Port}, and the server listens on {server.Port}", run.Output);
        Assert.Equal(8, CountOf(run, "cleared"));
    }

    // Needs haproxy of the system.
    [Fact]
    public async Task A_proxy_that_passes_connections_on_is_recognized_by_its_port()
    {
        var postgreSql = new NpgsqlConnectionStringBuilder(RealServers.PostgreSql);
        var mySql = new MySqlConnectionStringBuilder(RealServers.MySql);
        await using var toPostgreSql = await TestServers.HaProxy.StartAsync([(postgreSql.Port, "")]);
        await using var toMySql = await TestServers.HaProxy.StartAsync([((int)mySql.Port, "")]);
        var (serverOfPostgreSql, serverOfMySql) = (postgreSql.Port, mySql.Port);
        (postgreSql.Port, mySql.Port) = (toPostgreSql.Port, (uint)toMySql.Port);

        using var first = await CheckAsync("postgresql", postgreSql.ConnectionString);
        using var second = await CheckAsync("mariadb", mySql.ConnectionString);

        Assert.Contains($"yes: the client connects to port {toPostgreSql.Port}, and the server listens on {serverOfPostgreSql}", first.Output);
        Assert.Contains($"yes: the client connects to port {toMySql.Port}, and the server listens on {serverOfMySql}", second.Output);
        Assert.Contains("docs/proxies.md", first.Output);
        Assert.Contains("docs/proxies.md", second.Output);
        Assert.Equal((8, 7), (CountOf(first, "cleared"), CountOf(second, "cleared")));
    }

    [Fact]
    public async Task A_socket_of_the_machine_is_not_taken_for_a_proxy()
    {
        await using var connection = new MySqlConnection(RealServers.MySql);
        await connection.OpenAsync();
        var address = new MySqlConnectionStringBuilder(RealServers.MySql) { Server = await AskAsync(connection, "SELECT @@socket") };
        address.Remove("Port");

        using var run = await CheckAsync("mariadb", address.ConnectionString);

        Assert.True(run.ExitCode == 0, run.Output + run.Errors);
        Assert.DoesNotContain("docs/proxies.md", run.Output);
    }

    [Fact]
    public async Task A_server_that_is_not_reached_is_said_without_the_password()
    {
        using var run = await CheckAsync("postgresql", "Host=127.0.0.1;Port=1;Username=me;Password=s3cret");

        Assert.Equal(1, run.ExitCode);
        Assert.Equal("", run.Output);
        Assert.Contains("127.0.0.1:1", run.Errors);
        Assert.DoesNotContain("s3cret", run.Errors);
    }

    [Fact]
    public async Task One_message_names_every_problem_without_a_secret()
    {
        using var several = await ProgramRun.RunAsync("check", "postgres", "--timeout", "soon", "--connection", "a", "--connection-file", "b");
        using var secret = await ProgramRun.RunAsync("check", "postgresql", "--connection", "Host=localhost;Password=s3cret");
        using var synonym = await ProgramRun.RunAsync("check", "postgresql", "--connection", "Host=localhost;PSW=s3cret");
        using var unknown = await ProgramRun.RunAsync("check", "mysql", "--connection", "Server=localhost;Pasword=s3cret");

        Assert.Equal(2, several.ExitCode);
        foreach (var part in (string[])["DATABASE", "--timeout", "both given", "cenote check --help"])
        {
            Assert.Contains(part, several.Errors);
        }

        Assert.Equal(2, secret.ExitCode);
        Assert.Contains("--connection-file", secret.Errors);
        Assert.Equal(2, synonym.ExitCode);
        Assert.Contains("--connection-file", synonym.Errors);
        Assert.Equal(2, unknown.ExitCode);
        Assert.DoesNotContain("s3cret", secret.Errors + synonym.Errors + unknown.Errors);
    }

    private async Task<ProgramRun> CheckAsync(string database, string connectionString)
    {
        var file = _folder.File($"{database}.txt");
        await File.WriteAllTextAsync(file, connectionString);
        return await ProgramRun.RunAsync("check", database, "--connection-file", file);
    }

    private static int CountOf(ProgramRun run, string value) => run.Output.Split('\n').Count(line => line.EndsWith($" {value}", StringComparison.Ordinal));

    private static async Task<string> AskAsync(System.Data.Common.DbConnection connection, string query)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = query;
        return Convert.ToString(await command.ExecuteScalarAsync(), System.Globalization.CultureInfo.InvariantCulture)!;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string statement)
    {
        await using var command = new NpgsqlCommand(statement, connection);
        await command.ExecuteNonQueryAsync();
    }
}
