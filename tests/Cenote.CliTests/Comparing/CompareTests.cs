using System.Text.Json;
using Cenote.Cli.Checking;
using Cenote.Testing;
using Npgsql;

namespace Cenote.CliTests.Comparing;

/// <summary>The program beside real databases. No speed is asserted.</summary>
public sealed class CompareTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Both_pools_of_PostgreSQL_are_compared_in_a_table()
    {
        using var run = await CompareAsync("postgresql", RealServers.PostgreSqlOrdinary, "--statement", "SELECT 1", "--seconds", "8", "--connections", "2", "--clients", "2");

        Assert.True(run.ExitCode == 0, run.Output + run.Errors);
        Assert.Contains("Npgsql", run.Output);
        Assert.Contains("Throughput: ", run.Output);
        Assert.Contains("Both were seen to reset a session", run.Output);
        foreach (var measure in (string[])["throughput", "wait p50", "wait p99", "lease p50", "lease p99"])
        {
            Assert.Single(run.Output.Split('\n'), line => line.Contains($"  {measure} ", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_script_gets_JSON_of_MariaDB()
    {
        using var run = await CompareAsync("mysql", RealServers.MySql, "--statement", "SELECT 1", "--seconds", "8", "--connections", "2", "--clients", "2", "--json");

        Assert.True(run.ExitCode == 0, run.Output + run.Errors);
        var report = JsonDocument.Parse(run.Output).RootElement;
        Assert.Equal("MySqlConnector", report.GetProperty("driver").GetProperty("name").GetString());
        var clients = Assert.Single(report.GetProperty("clients").EnumerateArray());
        Assert.Equal(2, clients.GetProperty("clients").GetInt32());
        Assert.All(clients.GetProperty("measures").EnumerateArray(), static measure =>
        {
            Assert.True(measure.GetProperty("cenote").GetDouble() > 0);
            Assert.True(measure.GetProperty("driver").GetDouble() > 0);
            Assert.InRange(measure.GetProperty("ratio").GetDouble(), measure.GetProperty("ratioInterval")[0].GetDouble(), measure.GetProperty("ratioInterval")[1].GetDouble());
        });
    }

    [Fact]
    public async Task Two_pools_that_do_not_fit_are_refused_before_anything_is_opened()
    {
        var role = "compare_" + Guid.NewGuid().ToString("N");
        await using var connection = new NpgsqlConnection(RealServers.PostgreSql);
        await connection.OpenAsync();
        await ExecuteAsync(connection, $"CREATE ROLE {role} LOGIN PASSWORD 'narrow' CONNECTION LIMIT 7");
        try
        {
            using var run = await CompareAsync(
                "postgresql",
                new NpgsqlConnectionStringBuilder(RealServers.PostgreSql) { Username = role, Password = "narrow" }.ConnectionString,
                "--statement",
                "SELECT 1",
                "--connections",
                "4");

            Assert.Equal(1, run.ExitCode);
            Assert.Contains("need 8 connections, and the server has 7 left", run.Errors);
        }
        finally
        {
            await ExecuteAsync(connection, $"DROP ROLE {role}");
        }
    }

    [Fact]
    public async Task A_statement_that_writes_or_takes_too_long_is_refused()
    {
        using var writes = await CompareAsync("mysql", RealServers.MySql, "--statement", "CREATE TABLE written_by_compare (id int)");
        using var slow = await CompareAsync("postgresql", RealServers.PostgreSqlOrdinary, "--statement", "SELECT pg_sleep(0.2)", "--seconds", "2");

        Assert.Equal(1, writes.ExitCode);
        Assert.Contains("--allow-writes", writes.Errors);
        Assert.Equal(1, slow.ExitCode);
        Assert.Contains("30 turns for each number of clients", slow.Errors);
    }

    [Fact]
    public async Task Every_problem_of_the_arguments_is_in_one_message()
    {
        using var run = await ProgramRun.RunAsync("compare", "sqlite", "--connection", "Data Source=x", "--clients", "1,2,3x", "--connections", "0");
        using var unequal = await CompareAsync("postgresql", RealServers.PostgreSqlOrdinary + ";No Reset On Close=true", "--statement", "SELECT 1");

        Assert.Equal(2, run.ExitCode);
        foreach (var part in (string[])["no pool to compare with", "--clients is not", "--connections is not", "statement is missing", "cenote compare --help"])
        {
            Assert.Contains(part, run.Errors);
        }

        Assert.Equal(2, unequal.ExitCode);
        Assert.Contains("No Reset On Close", unequal.Errors);
    }

    [Theory]
    [InlineData(false, LeftoverFate.Cleared)]
    [InlineData(true, LeftoverFate.LeftBehind)]
    public async Task A_pool_that_resets_nothing_is_found_out(bool noReset, object fate)
    {
        await using var pool = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(RealServers.PostgreSqlOrdinary) { NoResetOnClose = noReset });
        var questions = new PostgreSqlQuestions();

        Assert.Equal(fate, await LeftoverTrial.RunAsync(pool, questions.Leftovers[0], questions.SessionQuery, CancellationToken.None));
    }

    private async Task<ProgramRun> CompareAsync(string database, string connectionString, params string[] more)
    {
        var file = _folder.File($"{database}.txt");
        await File.WriteAllTextAsync(file, connectionString);
        return await ProgramRun.RunAsync(["compare", database, "--connection-file", file, .. more]);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string statement)
    {
        await using var command = new NpgsqlCommand(statement, connection);
        await command.ExecuteNonQueryAsync();
    }
}
