using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace Cenote.ShopTests.Running;

public sealed class SqliteRunTests : IDisposable
{
    private static readonly string[] SmallShop = ["--products", "200", "--customers", "50", "--orders", "300"];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_run_on_the_default_shop_succeeds_and_reports_success()
    {
        var json = _folder.File("report.json");
        using var run = await ProgramRun.RunAsync("--seconds", "2", "--json", json);

        Assert.True(run.ExitCode == 0, run.Output + run.Errors);
        Assert.Contains("All is well", run.Output);
        Assert.DoesNotContain("Dashboard:", run.Output); // It is not a terminal.
        Assert.Equal("", run.Errors);
        var report = Report.Read(json);
        Assert.True(report.At("ok").GetBoolean());
        Assert.True(report.At("settings", "rows").GetInt64() >= 100_000);
        Assert.True(report.At("operations", "place_order", "done").GetInt64() > 0);
        Assert.True(report.At("operations", "read_page", "done").GetInt64() > 0);
        Assert.True(report.At("operations", "reprice", "done").GetInt64() > 0);
        Assert.True(report.At("pool", "leases").GetInt64() > 0);
        Assert.True(report.At("pool", "pooled_connections").GetInt64() > 0);
        Assert.Equal(0, report.At("pool", "leased_at_end").GetInt32());
        Assert.True(report.At("writer", "pooled_connections").GetInt64() > 0);
        Assert.Equal(0, report.At("readers", "pooled_connections").GetInt64());
        Assert.True(report.At("readers", "leases").GetInt64() > 0);
        Assert.Equal(
            report.At("operations_done").GetInt64(),
            report.At("arrangements", "split", "operations_done").GetInt64() + report.At("arrangements", "mixed", "operations_done").GetInt64());
        Assert.True(report.At("comparison", "throughput_ratio").GetDouble() > 0);
        Assert.Equal(report.At("comparison", "pairs").GetInt32(), report.At("comparison", "ratios").GetArrayLength());
        Assert.Contains("writer + 9 readers beside one pool of 10, in turns", run.Output);
        Assert.Empty(report.At("errors").EnumerateArray());
        Assert.All(report.At("checks").EnumerateArray(), check => Assert.True(check.At("holds").GetBoolean(), check.ToString()));
    }

    [Fact]
    public async Task Many_clients_on_one_connection_all_get_their_turn()
    {
        var json = _folder.File("report.json");
        using var run = await ProgramRun.RunAsync(["--seconds", "1", "--clients", "64", "--max-size", "1", "--json", json, .. SmallShop]);

        Assert.True(run.ExitCode == 0, run.Output + run.Errors);
        var report = Report.Read(json);
        Assert.Equal(1, report.At("pool", "peak_open").GetInt32());
        Assert.True(report.At("pool", "waits").GetInt64() > 0);
        Assert.Equal(0, report.At("pool", "timeouts").GetInt64());
    }

    [Fact]
    public async Task A_writer_with_readers_alone_can_be_asked_for()
    {
        var json = _folder.File("report.json");
        using var run = await ProgramRun.RunAsync(["--seconds", "1", "--pools", "split", "--readers", "3", "--json", json, .. SmallShop]);

        Assert.True(run.ExitCode == 0, run.Output + run.Errors);
        var report = Report.Read(json);
        Assert.Equal(1, report.At("writer", "peak_open").GetInt32());
        Assert.InRange(report.At("readers", "peak_open").GetInt32(), 1, 3);
        Assert.Equal(JsonValueKind.Null, report.At("pool").ValueKind);
        Assert.Equal(JsonValueKind.Null, report.At("comparison").ValueKind);
        Assert.Equal(3, report.At("settings", "readers").GetInt32());
    }

    [Fact]
    public async Task One_mixed_pool_alone_can_be_asked_for()
    {
        var json = _folder.File("report.json");
        using var run = await ProgramRun.RunAsync(["--seconds", "1", "--pools", "mixed", "--json", json, .. SmallShop]);

        Assert.True(run.ExitCode == 0, run.Output + run.Errors);
        var report = Report.Read(json);
        Assert.True(report.At("pool", "rents").GetInt64() > 0);
        Assert.Equal(JsonValueKind.Null, report.At("writer").ValueKind);
        Assert.Equal(JsonValueKind.Null, report.At("comparison").ValueKind);
        Assert.DoesNotContain("in turns", run.Output);
    }

    [Fact]
    public async Task A_shop_of_an_earlier_run_is_replaced()
    {
        var file = _folder.File("shop.db");
        using var first = await ProgramRun.RunAsync(["--seconds", "1", "--database", file, .. SmallShop]);
        using var second = await ProgramRun.RunAsync(["--seconds", "1", "--database", file, .. SmallShop]);

        Assert.True(first.ExitCode == 0, first.Output + first.Errors);
        Assert.True(second.ExitCode == 0, second.Output + second.Errors);
        Assert.Equal([file], Directory.GetFiles(Path.GetDirectoryName(file)!));
    }

    [Theory]
    [InlineData("CREATE TABLE precious (id INTEGER); INSERT INTO precious VALUES (42)", "precious")]
    [InlineData("CREATE TABLE cenote_shop_orders (id INTEGER); INSERT INTO cenote_shop_orders VALUES (42)", "did not make")]
    public async Task File_with_tables_of_another_program_stays_as_it_is(string sql, string reason)
    {
        var file = _folder.File("mine.db");
        Execute(file, sql);
        var before = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);

        using var run = await ProgramRun.RunAsync("--seconds", "1", "--database", file);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains(reason, run.Errors);
        Assert.Equal(before, await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_file_that_is_not_a_database_is_left_as_it_is()
    {
        var file = _folder.File("letter.txt");
        await File.WriteAllTextAsync(file, "Dear reader", TestContext.Current.CancellationToken);

        using var run = await ProgramRun.RunAsync("--seconds", "1", "--database", file);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("not a SQLite database", run.Errors);
        Assert.Equal("Dear reader", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task An_order_lost_while_the_clients_work_is_found()
    {
        var file = _folder.File("shop.db");
        var json = _folder.File("report.json");
        using var run = ProgramRun.Start(["--seconds", "5", "--database", file, "--json", json, .. SmallShop]);
        do
        {
            await run.WaitForLineAsync("op/s");
        }
        while (Execute(file, "DELETE FROM cenote_shop_orders WHERE order_id = (SELECT MIN(order_id) FROM cenote_shop_orders WHERE order_id > 300)") == 0);

        await run.EndAsync();

        Assert.True(run.ExitCode == 1, run.Output + run.Errors);
        Assert.Contains("was acknowledged to its client, and is not in the database", run.Output);
        Assert.Contains("Something is wrong", run.Output);
        var report = Report.Read(json);
        Assert.False(report.At("ok").GetBoolean());
        Assert.Equal(1, report.Check("orders").At("problem_count").GetInt64());
        Assert.True(report.Check("stock").At("holds").GetBoolean());
    }

    [Fact]
    public async Task A_database_lost_at_the_end_is_reported_with_the_run()
    {
        var file = _folder.File("shop.db");
        var json = _folder.File("report.json");
        using var run = ProgramRun.Start(["--seconds", "2", "--database", file, "--json", json, .. SmallShop]);
        await run.WaitForLineAsync("op/s");
        File.Delete(file);
        await run.EndAsync();

        Assert.True(run.ExitCode == 3, run.Output + run.Errors);
        Assert.Contains("the database answers the check", run.Output);
        Assert.Contains("operations", run.Output);
        Assert.False(Report.Read(json).Check("reach").At("holds").GetBoolean());
    }

    [Fact]
    public async Task An_interrupt_ends_the_run_early_and_still_checks()
    {
        var json = _folder.File("report.json");
        using var run = ProgramRun.Start(["--seconds", "600", "--json", json, .. SmallShop]);
        await run.WaitForLineAsync("op/s");
        run.Interrupt();
        await run.EndAsync();

        Assert.True(run.ExitCode == 0, run.Output + run.Errors);
        Assert.Contains("Ended early", run.Output);
        Assert.Contains("All is well", run.Output);
        Assert.True(Report.Read(json).At("interrupted").GetBoolean());
    }

    [Fact]
    public async Task A_second_run_on_the_same_file_is_refused_while_the_first_goes_on()
    {
        var file = _folder.File("shop.db");
        using var first = ProgramRun.Start(["--seconds", "600", "--database", file, .. SmallShop]);
        await first.WaitForLineAsync("op/s");
        using var second = await ProgramRun.RunAsync(["--seconds", "1", "--database", file, .. SmallShop]);
        first.Interrupt();
        await first.EndAsync();

        Assert.Equal(2, second.ExitCode);
        Assert.Contains("Another `./run`", second.Errors);
        Assert.True(first.ExitCode == 0, first.Output + first.Errors);
    }

    private static int Execute(string file, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteNonQuery();
    }
}
