using System.Text.Json;

namespace Cenote.ShopTests.Running;

/// <summary><c>--json</c> to whatever a path can be.</summary>
public sealed class ReportTargetTests : IDisposable
{
    private static readonly string[] Run = ["--seconds", "1", "--pools", "mixed", "--products", "200", "--customers", "50", "--orders", "100"];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("-")]
    [InlineData("/dev/stdout")]
    public async Task Standard_output_has_the_report_and_nothing_else(string target)
    {
        using var run = await ProgramRun.RunAsync([.. Run, "--json", target]);

        Assert.True(run.ExitCode == 0, run.Errors);
        using var report = JsonDocument.Parse(run.Output);
        Assert.True(report.RootElement.GetProperty("ok").GetBoolean());
        Assert.Contains("All is well", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pipe_is_written_through()
    {
        var fifo = _folder.File("fifo");
        await ShellAsync($"mkfifo '{fifo}'");
        var reading = Task.Run(() => File.ReadAllText(fifo));

        using var run = await ProgramRun.RunAsync([.. Run, "--json", fifo]);

        Assert.True(run.ExitCode == 0, run.Errors);
        using var report = JsonDocument.Parse(await reading);
        await ShellAsync($"test -p '{fifo}'");
    }

    [Fact]
    public async Task Descriptor_of_a_pipe_is_written_through()
    {
        var file = _folder.File("report.json");

        using var run = await ProgramRun.RunInShellAsync($"{{ $PROGRAM {string.Join(' ', Run)} --json /dev/fd/3 3>&1 >/dev/null; }} | cat > '{file}'");

        Assert.True(run.ExitCode == 0, run.Errors);
        Assert.True(Report.Read(file).At("ok").GetBoolean());
    }

    [Fact]
    public async Task Device_is_written_through()
    {
        // A device of our own would need root; links lead to devices that every machine has.
        var link = _folder.File("device");
        await ShellAsync($"ln -s /dev/null '{link}'");

        using var run = await ProgramRun.RunAsync([.. Run, "--json", link]);

        Assert.True(run.ExitCode == 0, run.Errors);
        await ShellAsync($"test -L '{link}' && test -c /dev/null");
    }

    [Fact]
    public async Task A_full_device_is_reported()
    {
        using var run = await ProgramRun.RunAsync([.. Run, "--json", "/dev/full"]);

        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith("run: The report could not be written to /dev/full", run.Errors, StringComparison.Ordinal);
        Assert.Single(run.Errors.TrimEnd().Split('\n'));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Link_stays_a_link_and_its_target_has_the_report(bool isThere)
    {
        var (target, link) = (_folder.File("target.json"), _folder.File("link.json"));
        if (isThere)
        {
            await File.WriteAllTextAsync(target, new string('x', 100_000), TestContext.Current.CancellationToken);
        }

        await ShellAsync($"ln -s target.json '{link}'");

        using var run = await ProgramRun.RunAsync([.. Run, "--json", link]);

        Assert.True(run.ExitCode == 0, run.Errors);
        Assert.Equal("target.json", new FileInfo(link).LinkTarget);
        Assert.True(Report.Read(target).At("ok").GetBoolean());
    }

    [Fact]
    public async Task Plain_file_is_replaced_as_a_whole_and_nothing_is_left_beside_it()
    {
        var file = _folder.File("report.json");
        await File.WriteAllTextAsync(file, new string('x', 100_000), TestContext.Current.CancellationToken);

        using var run = await ProgramRun.RunAsync([.. Run, "--json", file]);

        Assert.True(run.ExitCode == 0, run.Errors);
        Assert.True(Report.Read(file).At("ok").GetBoolean());
        Assert.Equal(file, Assert.Single(Directory.GetFileSystemEntries(Path.GetDirectoryName(file)!)));
    }

    [Fact]
    public async Task Target_that_cannot_be_written_is_refused_before_the_run()
    {
        await ShellAsync($"mkdir '{_folder.File("folder")}'; ln -s nowhere/report.json '{_folder.File("dead")}'; ln -s loop '{_folder.File("loop")}'");
        foreach (var target in (string[])["folder", "missing/report.json", "dead", "loop"])
        {
            using var run = await ProgramRun.RunAsync([.. Run, "--json", _folder.File(target)]);

            Assert.True(run.ExitCode == 2, target + run.Output + run.Errors);
            Assert.Equal("", run.Output);
            Assert.Contains($"--json {_folder.File(target)}", run.Errors, StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", run.Errors, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_database_that_is_not_a_plain_file_is_refused()
    {
        var fifo = _folder.File("fifo");
        await ShellAsync($"mkfifo '{fifo}'");
        foreach (var target in (string[])[fifo, "/dev/null"])
        {
            using var run = await ProgramRun.RunAsync([.. Run, "--database", target]);

            Assert.True(run.ExitCode == 2, run.Output + run.Errors);
            Assert.Contains("not a plain file", run.Errors, StringComparison.Ordinal);
        }
    }

    private static async Task ShellAsync(string script)
    {
        using var shell = System.Diagnostics.Process.Start("sh", ["-c", script]);
        await shell.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, shell.ExitCode);
    }
}
