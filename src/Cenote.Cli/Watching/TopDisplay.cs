using Cenote.Shared;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Cenote.Cli.Watching;

/// <summary>The live view of a dashboard in the terminal.</summary>
internal sealed class TopDisplay(IAnsiConsole console, Uri address, string? pool, TimeProvider clock)
{
    /// <summary>Shows the data of the feed until it ends. The feed has received its first answer.</summary>
    public Task ShowAsync(DashboardFeed feed, Task running) => LivePicture.ShowAsync(console, () => Draw(feed), running, clock);

    // One line is left for the cursor.
    private IRenderable Draw(DashboardFeed feed)
    {
        var sight = feed.Latest!;
        return new TopView(address, pool, console.Profile.Width, Math.Max(5, console.Profile.Height - 1)).Make(sight, clock.GetElapsedTime(sight.Received));
    }
}
