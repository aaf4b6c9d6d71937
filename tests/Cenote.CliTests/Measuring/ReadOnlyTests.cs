using System.Data.Common;
using Cenote.Cli.Checking;
using Cenote.Cli.Commands;
using Cenote.Cli.Measuring;
using Cenote.Testing;
using Npgsql;

namespace Cenote.CliTests.Measuring;

/// <summary>What is measured without <c>--allow-writes</c> writes to no table, whatever a function hides.</summary>
public sealed class ReadOnlyTests : IDisposable
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(30);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("postgresql", false)]
    [InlineData("postgresql", true)]
    [InlineData("mysql", false)]
    [InlineData("mysql", true)]
    public async Task Each_holder_of_a_measured_session_is_refused_a_write(string database, bool isDriver)
    {
        await using var target = await WriteTarget.CreateAsync(database);
        var questions = ServerQuestions.For(database)!;
        var (connectionString, read) = questions.ToReadOnly(target.ConnectionString, "SELECT 1");
        var (_, write) = questions.ToReadOnly(target.ConnectionString, target.Insert);
        await using DbDataSource pool = isDriver ? questions.NewDriverPool(connectionString, 1, s_timeout)! : ServerCheck.NewPool(questions, connectionString, s_timeout);
        var sessions = new HashSet<string>(StringComparer.Ordinal);

        for (var holder = 0; holder < 3; holder++)
        {
            await using var earlier = await pool.OpenConnectionAsync();
            sessions.Add(await AskAsync(earlier, questions.SessionQuery!));
            await StatementLoad.ReadAsync(earlier, read, CancellationToken.None);
        }

        await using var connection = await pool.OpenConnectionAsync();
        sessions.Add(await AskAsync(connection, questions.SessionQuery!));
        var refusal = await Assert.ThrowsAnyAsync<DbException>(() => StatementLoad.ReadAsync(connection, write, CancellationToken.None));
        Assert.True(questions.IsRefusedAsWrite(refusal), refusal.Message);

        Assert.Single(sessions);
        Assert.Equal(0, await target.CountAsync());
    }

    [Theory]
    [InlineData("postgresql", "size", "--max", "8")]
    [InlineData("postgresql", "compare", "--connections", "4")]
    [InlineData("mysql", "size", "--max", "8")]
    [InlineData("mysql", "compare", "--connections", "4")]
    public async Task A_write_that_the_trial_did_not_see_ends_the_measurement(string database, string command, string option, string value)
    {
        await using var target = await WriteTarget.CreateAsync(database);
        var file = _folder.File("connection.txt");
        await File.WriteAllTextAsync(file, target.ConnectionString);

        // The trial is passed.
        await MeasuredServer.AskAsync(OptionsFor(database, target.ConnectionString, target.WriteWhenBusy), TimeProvider.System, CancellationToken.None);
        using var run = await ProgramRun.RunAsync(command, database, "--connection-file", file, "--statement", target.WriteWhenBusy, "--seconds", "9", option, value);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("--allow-writes", run.Errors);
        Assert.Equal(0, await target.CountAsync());
    }

    [Theory]
    [InlineData("postgresql")]
    [InlineData("mysql")]
    public async Task The_same_statement_writes_where_that_is_allowed(string database)
    {
        await using var target = await WriteTarget.CreateAsync(database);
        var file = _folder.File("connection.txt");
        await File.WriteAllTextAsync(file, target.ConnectionString);

        using var run = await ProgramRun.RunAsync("size", database, "--connection-file", file, "--statement", target.WriteWhenBusy, "--seconds", "6", "--max", "8", "--allow-writes");

        Assert.True(run.ExitCode == 0, run.Output + run.Errors);
        Assert.True(await target.CountAsync() > 0);
    }

    [Fact]
    public async Task Options_of_the_login_are_kept()
    {
        var questions = new PostgreSqlQuestions();
        var given = new NpgsqlConnectionStringBuilder(RealServers.PostgreSqlOrdinary) { Options = "-c work_mem=4321kB" }.ConnectionString;
        await using var pool = questions.NewDriverPool(questions.ToReadOnly(given, "SELECT 1").ConnectionString, 1, s_timeout);
        await using var connection = await pool.OpenConnectionAsync();

        Assert.Equal("4321kB", await AskAsync(connection, "SHOW work_mem"));
        Assert.Equal("on", await AskAsync(connection, "SHOW transaction_read_only"));
    }

    [Fact]
    public async Task Sessions_that_are_not_read_only_are_found_out()
    {
        await using var pool = NpgsqlDataSource.Create(RealServers.PostgreSqlOrdinary);
        var options = OptionsFor("postgresql", RealServers.PostgreSqlOrdinary, "SELECT 1");

        var exception = await Assert.ThrowsAsync<MeasurementException>(() => options.CheckReadOnlyAsync(pool, "the driver", CancellationToken.None));
        await (options with { AllowsWrites = true }).CheckReadOnlyAsync(pool, "the driver", CancellationToken.None);

        Assert.Contains("The sessions of the driver are not read-only", exception.Message);
    }

    // Needs pgbouncer of the system.
    [Fact]
    public async Task Behind_a_proxy_each_execution_is_a_read_only_transaction()
    {
        await using var server = await TestServers.PostgreSqlServer.StartNewAsync();
        await using var bouncer = await TestServers.PgBouncer.StartAsync(server, "pool_mode = transaction", "ignore_startup_parameters = options", "default_pool_size = 1");
        var questions = new PostgreSqlQuestions();
        await using var connection = await bouncer.OpenAsync();
        await questions.AskAsync(connection, new CheckReport(), CancellationToken.None);

        var refusal = await Assert.ThrowsAnyAsync<DbException>(() => Read("CREATE TABLE written_by_size (id int)"));
        await Read("ROLLBACK", isGuarded: false);
        foreach (var statement in (string[])["SELECT 1", "SELECT 1;\n", "SELECT 1; SELECT 2 -- done"])
        {
            await Read(statement);
        }

        Assert.True(questions.IsProxied);
        Assert.True(questions.IsRefusedAsWrite(refusal), refusal.Message);
        Assert.Equal("off", await AskAsync(connection, "SHOW transaction_read_only"));

        Task Read(string statement, bool isGuarded = true) =>
            StatementLoad.ReadAsync(connection, isGuarded ? questions.ToReadOnly(bouncer.ConnectionString, statement).Statement : statement, CancellationToken.None);
    }

    private static SizeOptions OptionsFor(string database, string connectionString, string statement) => new()
    {
        Questions = ServerQuestions.For(database)!,
        ConnectionString = connectionString,
        Timeout = s_timeout,
        Statement = statement,
        Duration = TimeSpan.FromSeconds(2),
    };

    private static async Task<string> AskAsync(DbConnection connection, string query)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = query;
        return Convert.ToString(await command.ExecuteScalarAsync(), System.Globalization.CultureInfo.InvariantCulture)!;
    }
}
