using Cenote.Cli.Clients;
using Cenote.Cli.Display;
using Spectre.Console;

namespace Cenote.CliTests.Display;

public sealed class LiveViewTests
{
    [Theory]
    [InlineData(80, 10, 32)]
    [InlineData(80, 10_000, 10_000)]
    [InlineData(120, 40, 200)]
    public void The_view_fits_its_terminal_however_large_the_numbers(int width, int connections, int clients)
    {
        var lines = Draw(width, connections, clients);

        Assert.All(lines, line => Assert.True(line.Length <= width, line));
        Assert.True(lines.Length <= 20, "The heading above and the prompt below need their lines of 24 too.");
        Assert.Contains(lines, line => line.Contains($"{clients} waiting", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains($"{connections} of {connections}", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, line => line.Contains('…', StringComparison.Ordinal));
    }

    private static string[] Draw(int width, int connections, int clients)
    {
        var latency = new LatencySummary { Count = 12_345_678, P50 = TimeSpan.FromMicroseconds(999), P95 = TimeSpan.FromMilliseconds(9.99), P99 = TimeSpan.FromSeconds(99.9), Maximum = TimeSpan.FromSeconds(600) };
        var counts = new PoolCounts { Leased = connections - 6, Idle = 1, Opening = 2, Resetting = 1, Validating = 1, Closing = 1, Waiting = clients, Limit = connections };
        var pool = new PoolStatistics
        {
            PoolName = "shop",
            Time = DateTimeOffset.UnixEpoch,
            Counts = counts,
            Rents = 12_345_678,
            Waits = 12_345_678,
            Timeouts = 1_234,
            Cancellations = 0,
            Errors = 0,
            Opened = 12_345,
            OpenFailures = 0,
            Closed = new Dictionary<CloseReason, long> { [CloseReason.Lifetime] = 12_345 },
            WaitTime = latency,
            UseTime = latency,
            ConnectTime = latency,
            LastOpenFailure = null,
        };
        var heading = new RunHeading("PostgreSQL at db:5432/shop", clients, 2, connections, 123_456, TimeSpan.FromSeconds(86_400));
        var sample = new RunSample(TimeSpan.FromSeconds(86_399), pool, 123_456, [.. Enumerable.Range(0, 120).Select(step => (double)step)]);
        var output = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Out = new AnsiConsoleOutput(output) });
        console.Profile.Width = width;
        console.Profile.Capabilities.Unicode = true;
        console.Write(LiveView.Make(heading, new RunMeters(text => text), sample, isEnding: true, width));
        return output.ToString().TrimEnd().Split('\n');
    }
}
