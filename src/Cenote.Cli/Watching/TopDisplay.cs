using Spectre.Console;

namespace Cenote.Cli.Watching;

/// <summary>Keeps the picture in the terminal that of the moment.</summary>
internal sealed class TopDisplay(IAnsiConsole console, Uri address, string? pool, TimeProvider clock)
{
    private static readonly TimeSpan Refresh = TimeSpan.FromMilliseconds(250);

    /// <summary>Shows what the feed sees until it has ended. The feed has seen something.</summary>
    public Task ShowAsync(DashboardFeed feed, Task running) =>
        console.Live(Draw(feed))
            .AutoClear(true)
            .Overflow(VerticalOverflow.Crop)
            .Cropping(VerticalOverflowCropping.Bottom)
            .StartAsync(async context =>
            {
                using var timer = new PeriodicTimer(Refresh, clock);
                var tick = timer.WaitForNextTickAsync().AsTask();
                while (await Task.WhenAny(tick, running) != running)
                {
                    await tick;
                    context.UpdateTarget(Draw(feed));
                    tick = timer.WaitForNextTickAsync().AsTask();
                }
            });

    // One line is left for the cursor.
    private Spectre.Console.Rendering.IRenderable Draw(DashboardFeed feed)
    {
        var sight = feed.Latest!;
        return new TopView(address, pool, console.Profile.Width, Math.Max(5, console.Profile.Height - 1)).Make(sight, clock.GetElapsedTime(sight.Received));
    }
}
