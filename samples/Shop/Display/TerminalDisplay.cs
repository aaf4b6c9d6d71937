using Cenote.Shared;
using Spectre.Console;

namespace Cenote.Shop.Display;

/// <summary>The live view of a terminal. It clears itself when the run has ended: the report takes its place.</summary>
internal sealed class TerminalDisplay(IAnsiConsole console, TimeProvider clock) : IRunDisplay
{
    public Task ShowAsync(RunWatch watch, Task run) => LivePicture.ShowAsync(console, () => LiveView.Make(watch, console.Profile.Width), run, clock);
}
