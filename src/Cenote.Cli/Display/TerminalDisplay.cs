using Spectre.Console;

namespace Cenote.Cli.Display;

/// <summary>The live view of a terminal. It clears itself when the run has ended: the report takes its place.</summary>
internal sealed class TerminalDisplay(IAnsiConsole console, TimeProvider clock) : IRunDisplay
{
    private static readonly TimeSpan Refresh = TimeSpan.FromMilliseconds(250);

    public Task ShowAsync(RunWatch watch, Task run) =>
        console.Live(LiveView.Make(watch, console.Profile.Width))
            .AutoClear(true)
            .Overflow(VerticalOverflow.Crop)
            .Cropping(VerticalOverflowCropping.Bottom)
            .StartAsync(async context =>
            {
                using var timer = new PeriodicTimer(Refresh, clock);
                var tick = timer.WaitForNextTickAsync().AsTask();
                while (await Task.WhenAny(tick, run) != run)
                {
                    await tick;
                    context.UpdateTarget(LiveView.Make(watch, console.Profile.Width));
                    tick = timer.WaitForNextTickAsync().AsTask();
                }
            });
}
