using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using System.Xml.Linq;
using Cenote.Testing;
using Microsoft.Data.Sqlite;
using MySqlConnector;
using Npgsql;

namespace Cenote.CliTests.Sizing;

/// <summary>The program beside real databases. No speed is asserted.</summary>
public sealed class SizeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Measurement_of_PostgreSQL_is_a_table_a_picture_and_an_advice()
    {
        var picture = _folder.File("curve.svg");

        using var run = await SizeAsync("postgresql", RealServers.PostgreSqlOrdinary, "--statement", "SELECT pg_sleep(0.002)", "--seconds", "4", "--max", "4", "--instances", "2", "--svg", picture);

        Assert.True(run.ExitCode == 0, run.Output + run.Errors);
        Assert.Matches("connections? in all (has|have) 95", run.Output);
        Assert.Contains("for each of 2 instances", run.Output);
        Assert.Contains("Universal Scalability Law", run.Output);
        Assert.DoesNotContain("pg_sleep", run.Output + run.Errors);
        var circles = XDocument.Load(picture).Descendants().Where(static element => element.Name.LocalName == "circle");
        Assert.Equal(4, circles.Count());
    }

    [Fact]
    public async Task A_script_gets_JSON_of_MariaDB()
    {
        using var run = await SizeAsync("mysql", RealServers.MySql, "--statement", "SELECT 1", "--seconds", "4", "--max", "3", "--json");

        Assert.True(run.ExitCode == 0, run.Output + run.Errors);
        var report = JsonDocument.Parse(run.Output).RootElement;
        Assert.Equal([1, 2, 3], report.GetProperty("points").EnumerateArray().Select(static point => point.GetProperty("size").GetInt32()));
        Assert.All(report.GetProperty("points").EnumerateArray(), static point =>
        {
            Assert.True(point.GetProperty("perSecond").GetDouble() > 0);
            Assert.True(point.GetProperty("p95Milliseconds").GetDouble() >= point.GetProperty("p50Milliseconds").GetDouble());
        });
        Assert.InRange(report.GetProperty("size").GetInt32(), 1, 3);
        Assert.True(report.GetProperty("law").GetProperty("contention").GetDouble() >= 0);
    }

    [Fact]
    public async Task A_statement_that_the_database_refuses_ends_the_measurement()
    {
        using var run = await SizeAsync("postgresql", RealServers.PostgreSqlOrdinary, "--statement", "SELECT * FROM no_such_table", "--seconds", "3600");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("no_such_table", run.Errors);
        Assert.Contains(" POSITION: ", run.Errors); // The driver's message has two line breaks here.
        Assert.DoesNotContain("\uFFFD", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_picture_that_cannot_be_written_is_refused_before_the_sweep()
    {
        var kept = _folder.File("kept.svg");
        await File.WriteAllTextAsync(kept, "as it was");

        using var run = await ProgramRun.RunAsync("size", "postgresql", "--connection", "Host=127.0.0.1", "--statement", "SELECT 1", "--svg", "/proc/curve.svg");
        using var other = await ProgramRun.RunAsync("size", "postgresql", "--connection", "Host=127.0.0.1", "--svg", kept);

        Assert.Equal((2, 2), (run.ExitCode, other.ExitCode));
        Assert.Contains("--svg is not a file that can be written", run.Errors);
        Assert.DoesNotContain("--svg", other.Errors, StringComparison.Ordinal);
        Assert.Equal("as it was", await File.ReadAllTextAsync(kept));
    }

    [Theory]
    [InlineData("postgresql", "CREATE TABLE written_by_size (id int)")]
    [InlineData("postgresql", "BEGIN; SELECT 1; COMMIT; BEGIN; CREATE TABLE written_by_size (id int); COMMIT")]
    [InlineData("mysql", "CREATE TABLE written_by_size (id int)")]
    [InlineData("mysql", "SELECT 1; START TRANSACTION READ WRITE; CREATE TABLE written_by_size (id int)")]
    [InlineData("mysql", "CREATE TEMPORARY TABLE written_by_size (id int); DROP TABLE nothing_to_drop")]
    public async Task A_statement_that_writes_is_refused_and_writes_nothing(string database, string statement)
    {
        var connectionString = database == "mysql" ? RealServers.MySql : RealServers.PostgreSql;

        using var run = await SizeAsync(database, connectionString, "--statement", statement);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("--allow-writes", run.Errors);
        await using DbConnection connection = database == "mysql" ? new MySqlConnection(connectionString) : new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM information_schema.tables WHERE table_name = 'written_by_size'";
        Assert.Equal(0L, await command.ExecuteScalarAsync());
    }

    [Fact]
    public async Task A_SQLite_file_is_written_only_where_that_is_allowed()
    {
        var connectionString = $"Data Source={_folder.File("size.db")};Pooling=False";
        await using var file = new SqliteConnection(connectionString);
        await file.OpenAsync();
        await using var command = file.CreateCommand();
        command.CommandText = "CREATE TABLE t (id int)";
        await command.ExecuteNonQueryAsync();

        using var refused = await ProgramRun.RunAsync("size", "sqlite", "--connection", connectionString, "--statement", "INSERT INTO t VALUES (1)");
        command.CommandText = "SELECT count(*) FROM t";
        var before = await command.ExecuteScalarAsync();
        using var allowed = await ProgramRun.RunAsync("size", "sqlite", "--connection", connectionString, "--statement", "INSERT INTO t VALUES (1)", "--allow-writes", "--max", "1", "--seconds", "2");

        Assert.Contains("--allow-writes", refused.Errors);
        Assert.Equal(0L, before);
        Assert.True(allowed.ExitCode == 0, allowed.Output + allowed.Errors);
        Assert.True((long)(await command.ExecuteScalarAsync())! > 0);
    }

    [Fact]
    public async Task A_global_setting_is_not_changed_without_permission()
    {
        using var run = await SizeAsync("mysql", RealServers.MySql, "--statement", "SET GLOBAL sort_buffer_size = @@GLOBAL.sort_buffer_size");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("which read-only sessions may permit", run.Errors);
    }

    // SQLite itself makes the copy in a read-only session.
    [Fact]
    public async Task A_SQLite_file_is_not_copied_without_permission()
    {
        var (file, copy) = (_folder.File("size.db"), _folder.File("copy.db"));
        await File.WriteAllBytesAsync(file, []);

        using var run = await ProgramRun.RunAsync("size", "sqlite", "--connection", $"Data Source={file};Pooling=False", "--statement", $"VACUUM INTO '{copy}'");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("which read-only sessions may permit", run.Errors);
        Assert.False(File.Exists(copy));
    }

    [Fact]
    public async Task A_statement_longer_than_the_time_is_refused_before_the_sweep()
    {
        using var run = await SizeAsync("postgresql", RealServers.PostgreSqlOrdinary, "--statement", "SELECT pg_sleep(0.3)", "--seconds", "2");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("12 sizes need more than the 2 s", run.Errors);
    }

    [Fact]
    public async Task Every_problem_of_the_arguments_is_told_before_anything_is_measured()
    {
        using var run = await ProgramRun.RunAsync(
            "size", "postgresql", "--connection", "Host=127.0.0.1", "--seconds", "1", "--max", "0", "--instances", "1.5", "--svg", _folder.File(Path.Combine("missing", "curve.svg")));

        Assert.Equal(2, run.ExitCode);
        foreach (var part in (string[])["statement is missing", "--seconds is not a whole number from 2 to 3600", "--max is not", "--instances is not", "--svg is not", "cenote size --help"])
        {
            Assert.Contains(part, run.Errors);
        }
    }

    private async Task<ProgramRun> SizeAsync(string database, string connectionString, params string[] more)
    {
        var file = _folder.File(string.Create(CultureInfo.InvariantCulture, $"{database}.txt"));
        await File.WriteAllTextAsync(file, connectionString);
        return await ProgramRun.RunAsync(["size", database, "--connection-file", file, .. more]);
    }
}
