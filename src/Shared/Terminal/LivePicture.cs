using Spectre.Console;
using Spectre.Console.Rendering;

namespace Cenote.Shared;

/// <summary>A picture in the terminal that is drawn again four times a second and clears itself at the end.</summary>
internal static class LivePicture
{
    private static readonly TimeSpan Refresh = TimeSpan.FromMilliseconds(250);

    /// <param name="console">The terminal.</param>
    /// <param name="draw">Draws the picture of the moment.</param>
    /// <param name="running">The work that is shown: its end ends the picture.</param>
    /// <param name="clock">The clock of the refresh.</param>
    public static Task ShowAsync(IAnsiConsole console, Func<IRenderable> draw, Task running, TimeProvider clock) =>
        console.Live(draw())
            .AutoClear(true)
            .Overflow(VerticalOverflow.Crop)
            .Cropping(VerticalOverflowCropping.Bottom)
            .StartAsync(async context =>
            {
                using var timer = new PeriodicTimer(Refresh, clock);
                var tick = timer.WaitForNextTickAsync().AsTask();
                while (await Task.WhenAny(tick, running).ConfigureAwait(false) != running)
                {
                    await tick.ConfigureAwait(false);
                    context.UpdateTarget(draw());
                    tick = timer.WaitForNextTickAsync().AsTask();
                }
            });
}
