using Cenote.Shop.Checking;
using Cenote.Shop.Clients;
using Cenote.Comparing;
using Cenote.Shop.Display;
using Cenote.Shop.Pools;
using Spectre.Console;

namespace Cenote.ShopTests.Display;

public sealed class LiveViewTests
{
    [Theory]
    [InlineData(80, 10, 32)]
    [InlineData(80, 10_000, 10_000)]
    [InlineData(120, 40, 200)]
    public void The_view_fits_its_terminal_however_large_the_numbers(int width, int connections, int clients)
    {
        var lines = Draw(width, connections, clients, PoolPlan.Mixed);

        Fits(lines, width);
        Assert.Contains(lines, line => line.Contains($"{clients} waiting", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains($"{connections} of {connections}", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(80, 10, 32)]
    [InlineData(80, 10_000, 10_000)]
    [InlineData(120, 40, 200)]
    public void Three_pools_fit_as_well_and_it_is_said_which_are_at_work(int width, int connections, int clients)
    {
        var lines = Draw(width, connections, clients, PoolPlan.Compare);

        Fits(lines, width);
        foreach (var label in (string[])["Writer", "Readers", "Mixed pool"])
        {
            var row = Assert.Single(lines, line => line.StartsWith(label, StringComparison.Ordinal));
            Assert.Contains($"{connections} of {connections} · {clients} waiting", row);
        }

        Assert.Contains(lines, line => line.StartsWith("At work", StringComparison.Ordinal) && line.Contains("one pool of", StringComparison.Ordinal)
            && line.Contains("pair 8,640 of 8,640", StringComparison.Ordinal));
    }

    private static void Fits(string[] lines, int width)
    {
        Assert.All(lines, line => Assert.True(line.Length <= width, line));
        Assert.True(lines.Length <= 20, "The heading above and the prompt below need their lines of 24 too:\n" + string.Join("\n", lines));
        Assert.DoesNotContain(lines, line => line.Contains('…', StringComparison.Ordinal));
    }

    private static string[] Draw(int width, int connections, int clients, PoolPlan plan)
    {
        var latency = new LatencySummary { Count = 12_345_678, P50 = TimeSpan.FromMicroseconds(999), P95 = TimeSpan.FromMilliseconds(9.99), P99 = TimeSpan.FromSeconds(99.9), Maximum = TimeSpan.FromSeconds(600) };
        var counts = new PoolCounts { Leased = connections - 6, Idle = 1, Opening = 2, Resetting = 1, Validating = 1, Closing = 1, Waiting = clients, Limit = connections };
        var mixed = new ArrangementSight(ArrangementKind.Mixed, new OperationMeters(), TimeSpan.FromSeconds(9), [Sight(PoolPart.Mixed)]);
        var split = new ArrangementSight(ArrangementKind.Split, new OperationMeters(), TimeSpan.FromSeconds(9), [Sight(PoolPart.Writer), Sight(PoolPart.Readers)]);
        var turn = plan == PoolPlan.Compare ? new Turn(ArrangementKind.Mixed, 8_640, 8_640) : new Turn(ArrangementKind.Mixed);
        var heading = new RunHeading("SQLite at /tmp/shop.db", clients, new PoolSizes(plan, 2, connections), 123_456, TimeSpan.FromSeconds(86_400));
        var sample = new RunSample(
            TimeSpan.FromSeconds(86_399), turn, plan == PoolPlan.Compare ? [split, mixed] : [mixed], 123_456, [.. Enumerable.Range(0, 120).Select(step => (double)step)]);
        var output = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Out = new AnsiConsoleOutput(output) });
        console.Profile.Width = width;
        console.Profile.Capabilities.Unicode = true;
        console.Write(LiveView.Make(heading, new OperationMeters(), sample, isEnding: true, width));
        return output.ToString().TrimEnd().Split('\n');

        PoolSight Sight(PoolPart part) => new(part, Numbers.Pool(counts, 12_345, 12_345, latency), new RentTally(), new PoolPeaks());
    }
}
