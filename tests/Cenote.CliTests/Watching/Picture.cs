using Cenote.Cli.Watching;
using Spectre.Console;

namespace Cenote.CliTests.Watching;

/// <summary>A view as a terminal gets it, without its colours.</summary>
internal static class Picture
{
    public static string[] Draw(TopView view, Sight sight, TimeSpan age, int width = 80)
    {
        var output = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Out = new AnsiConsoleOutput(output) });
        console.Profile.Width = width;
        console.Profile.Capabilities.Unicode = true;
        console.Write(view.Make(sight, age));
        return output.ToString().TrimEnd('\n').Split('\n');
    }
}
