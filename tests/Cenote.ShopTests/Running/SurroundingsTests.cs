namespace Cenote.ShopTests.Running;

/// <summary>What a run needs of its surroundings and does not get: one line, no stack trace.</summary>
public sealed class SurroundingsTests : IDisposable
{
    private const string Run = "--seconds 1 --pools mixed --products 200 --customers 50 --orders 100";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("/proc/none")]
    [InlineData("/dev/null")]
    public async Task An_unusable_temporary_folder_is_one_line_with_the_fix(string folder)
    {
        using var run = await ProgramRun.RunInShellAsync($"TMPDIR={folder} $PROGRAM {Run}");

        Assert.Equal(2, run.ExitCode);
        Assert.Equal("", run.Output);
        Assert.StartsWith($"run: The folder for the shop cannot be created in {folder}", Assert.Single(run.Errors.TrimEnd().Split('\n')), StringComparison.Ordinal);
        Assert.Contains("--database", run.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(">&-")]
    [InlineData("> /dev/full")]
    public async Task Standard_output_that_cannot_be_written_is_one_line_and_the_run_still_checks(string redirection)
    {
        var json = _folder.File("report.json");

        using var run = await ProgramRun.RunInShellAsync($"$PROGRAM {Run} --json '{json}' {redirection}");

        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith("run: standard output cannot be written", Assert.Single(run.Errors.TrimEnd().Split('\n')), StringComparison.Ordinal);
        Assert.True(Report.Read(json).At("ok").GetBoolean());
    }

    [Theory]
    [InlineData("$PROGRAM RUN | head -1")]
    [InlineData("LC_ALL=xx_YY.UTF-8 $PROGRAM RUN")]
    [InlineData("env -u HOME $PROGRAM RUN")]
    [InlineData("env -u TERM $PROGRAM RUN")]
    public async Task Reader_that_leaves_unknown_culture_and_missing_home_do_no_harm(string script)
    {
        using var run = await ProgramRun.RunInShellAsync(script.Replace("RUN", Run, StringComparison.Ordinal));

        Assert.True(run.ExitCode == 0, run.Output + run.Errors);
        Assert.Equal("", run.Errors);
    }

    [Fact]
    public async Task Run_whose_terminal_goes_away_removes_what_is_temporary()
    {
        using var run = ProgramRun.StartInShell($"TMPDIR='{Path.GetDirectoryName(_folder.File("x"))}' exec $PROGRAM --seconds 600 --pools mixed --products 200 --customers 50 --orders 100");
        await run.WaitForLineAsync("op/s");
        Assert.Single(Directory.GetDirectories(Path.GetDirectoryName(_folder.File("x"))!, "cenote-shop-*"));

        run.Signal("HUP");
        await run.EndAsync();

        Assert.True(run.ExitCode == 0, run.Output + run.Errors);
        Assert.Empty(Directory.GetDirectories(Path.GetDirectoryName(_folder.File("x"))!, "cenote-shop-*"));
    }
}
