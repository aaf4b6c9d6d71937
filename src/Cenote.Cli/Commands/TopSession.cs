using System.Text;
using System.Text.Json;
using Cenote.Cli.Watching;
using Cenote.Shared;
using Spectre.Console;

namespace Cenote.Cli.Commands;

/// <summary>One look at a dashboard, or a long one, from the options to the exit code.</summary>
internal static class TopSession
{
    public static async Task<int> RunAsync(TopOptions options, TimeProvider clock)
    {
        using var interruption = new Interruption("Ended.");
        using var client = new DashboardClient(options, clock);
        try
        {
            var console = AnsiConsole.Console;
            if (options.Json)
            {
                return await PrintJsonAsync(options, client, interruption.Asked);
            }

            var isLive = !options.Once && !Console.IsOutputRedirected && console.Profile.Capabilities is { Ansi: true, Interactive: true };
            return isLive
                ? await WatchAsync(options, client, console, clock, interruption.Asked)
                : await PrintAsync(options, client, console, clock, interruption.Asked);
        }
        catch (OperationCanceledException) when (interruption.Asked.IsCancellationRequested)
        {
            return ExitCode.Success;
        }
        catch (DashboardException exception)
        {
            Console.Error.WriteLine($"cenote: {SafeText.Clean(client.Address.ToString())}: {exception.Message}");
            return ExitCode.Unreachable;
        }
    }

    private static async Task<int> WatchAsync(TopOptions options, DashboardClient client, IAnsiConsole console, TimeProvider clock, CancellationToken end)
    {
        var first = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var feed = new DashboardFeed(client, options.Pool, clock) { Changed = _ => first.TrySetResult() };
        var running = feed.RunAsync(end);
        if (await Task.WhenAny(first.Task, running) == first.Task)
        {
            await new TopDisplay(console, client.Address, options.Pool, clock).ShowAsync(feed, running);
        }

        await running;
        return ExitCode.Success;
    }

    private static async Task<int> PrintAsync(TopOptions options, DashboardClient client, IAnsiConsole console, TimeProvider clock, CancellationToken end)
    {
        var overview = await client.GetOverviewAsync(end);
        var pool = options.Pool is null ? null : await client.GetPoolAsync(options.Pool, end);
        if (Console.IsOutputRedirected)
        {
            console.Profile.Width = TopView.UnwrappedWidth;
        }

        var sight = new Sight(SightState.Polling, overview, pool, clock.GetTimestamp());
        console.Write(TopView.Once(client.Address, options.Pool, console.Profile.Width).Make(sight, TimeSpan.Zero));
        return CodeOf(options, pool is null ? OverviewOrder.LevelOf(overview) : pool.Row.Level);
    }

    // Parsed and written again, so that the output is JSON without a character that a terminal would obey.
    private static async Task<int> PrintJsonAsync(TopOptions options, DashboardClient client, CancellationToken end)
    {
        var json = await client.GetAsync(options.Pool is null ? DashboardClient.OverviewPath : DashboardClient.PoolPath(options.Pool), end);
        var level = options.Pool is null ? OverviewOrder.LevelOf(DashboardReader.ReadOverview(json)) : DashboardReader.ReadPool(json).Row.Level;
        using var document = JsonDocument.Parse(json);
        using var text = new MemoryStream();
        await using (var writer = new Utf8JsonWriter(text))
        {
            document.WriteTo(writer);
        }

        Console.Out.WriteLine(Encoding.UTF8.GetString(text.GetBuffer().AsSpan(0, (int)text.Length)));
        return CodeOf(options, level);
    }

    private static int CodeOf(TopOptions options, string level) => options.Once && HealthLevel.RankOf(level) == HealthLevel.Worst ? ExitCode.Unhealthy : ExitCode.Success;
}
