namespace Cenote.ShopTests.Running;

public sealed class TerminalRunTests
{
    private const string HideCursor = "\e[?25l";
    private const string ShowCursor = "\e[?25h";

    [Fact]
    public async Task The_live_view_shows_the_run_and_gives_the_terminal_back()
    {
        using var run = ProgramRun.StartOnTerminal("--seconds 2 --products 200 --orders 300");
        await run.EndAsync();

        Assert.True(run.ExitCode == 0, run.Output);
        Assert.Contains("Dashboard: http://127.0.0.1:", run.Output);
        Assert.Contains("Writer", run.Output);
        Assert.Contains("Readers", run.Output);
        Assert.Contains("Mixed pool", run.Output);
        Assert.Contains("waiting", run.Output);
        Assert.Contains("All is well", run.Output);
        AssertCursorIsBack(run.Output);
    }

    [Fact]
    public async Task Ctrl_C_leaves_the_live_view_for_the_report_and_gives_the_terminal_back()
    {
        using var run = ProgramRun.StartOnTerminal("--seconds 600 --products 200 --orders 300 --no-dashboard");
        await run.WaitForLineAsync("Throughput", "█"); // The highest mark: some work is done.
        await run.PressCtrlCAsync();
        await run.EndAsync();

        Assert.True(run.ExitCode == 0, run.Output);
        Assert.Contains("Ended early", run.Output);
        Assert.DoesNotContain("Dashboard:", run.Output);
        Assert.Contains("All is well", run.Output);
        AssertCursorIsBack(run.Output);
    }

    private static void AssertCursorIsBack(string output)
    {
        Assert.Contains(HideCursor, output);
        Assert.True(output.LastIndexOf(ShowCursor, StringComparison.Ordinal) > output.LastIndexOf(HideCursor, StringComparison.Ordinal), "The cursor stays hidden.");
    }
}
