using System.Data.Common;
using Cenote.Cli.Measuring;
using Cenote.Cli.Watching;
using Cenote.Shared;
using Spectre.Console;

namespace Cenote.Cli.Commands;

/// <summary>One run of a command that works on a database: its end by Ctrl-C, its failures, its exit code.</summary>
internal static class DatabaseSession
{
    public static async Task<int> RunAsync(Func<IAnsiConsole, CancellationToken, Task<int>> work)
    {
        using var interruption = new Interruption("Ended.");
        try
        {
            var console = AnsiConsole.Console;
            if (Console.IsOutputRedirected)
            {
                console.Profile.Width = TopView.UnwrappedWidth;
            }

            return await work(console, interruption.Asked);
        }
        catch (Exception exception) when (interruption.Asked.IsCancellationRequested && exception is OperationCanceledException or DbException)
        {
            return ExitCode.Interrupted;
        }
        catch (Exception exception) when (exception is DbException or MeasurementException or IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"cenote: {SafeText.Clean(exception.Message)}");
            return ExitCode.Unreachable;
        }
    }
}
